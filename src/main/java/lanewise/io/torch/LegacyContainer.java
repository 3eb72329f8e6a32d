package lanewise.io.torch;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lanewise.Printable;

/**
 * The format before PyTorch 1.6: five pickles (a magic number, a version, facts of the machine,
 * what was saved, the keys of storages), then for each key the number of its elements and these.
 *
 * <p>Storages are little-endian whatever wrote them.
 */
final class LegacyContainer implements Container {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;

  private final FileChannel channel;

  /** Where the elements of each storage begin. */
  private final Map<String, Long> positions = new HashMap<>();

  private LegacyContainer(FileChannel channel) {
    this.channel = channel;
  }

  static LegacyContainer open(Path file) throws IOException {
    return new LegacyContainer(FileChannel.open(file, StandardOpenOption.READ));
  }

  @Override
  public Object unpickle() throws IOException {
    ByteBuffer head = ByteBuffer.allocate((int) Math.min(channel.size(), MAX_PICKLE_BYTES));
    readFully(head, 0);
    var in = new PickleInput(head);
    if (!MAGIC.equals(new Unpickler(in).read())) {
      throw TorchFormatException.refused(
          "it is a pickle, but not one of torch.save: load it in Python and save model.state_dict()"
              + " with torch.save");
    }
    Object version = new Unpickler(in).read();
    if (!Long.valueOf(VERSION).equals(version)) {
      throw TorchFormatException.damaged("its version is not " + VERSION);
    }
    new Unpickler(in).read(); // sizes of C's types, which tell nothing about the file
    var unpickler = new Unpickler(in);
    Object saved = unpickler.read();
    if (!(new Unpickler(in).read() instanceof List<?> keys)) {
      throw TorchFormatException.damaged("it lacks its list of storages");
    }
    locate(keys, unpickler.storages(), in.position());
    return saved;
  }

  /** Walks over the storages, each of which begins with the number of its elements. */
  private void locate(List<?> keys, Map<String, Storage> announced, long position)
      throws IOException {
    for (Object key : keys) {
      Storage storage = key instanceof String name ? announced.get(name) : null;
      if (storage == null) {
        throw TorchFormatException.damaged("it lists a storage that no tensor has");
      }
      ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      readFully(count, position);
      position += Long.BYTES;
      if (count.getLong() != storage.elements()
          || storage.bytes() < 0
          || storage.bytes() > channel.size() - position) {
        throw TorchFormatException.damaged(
            "storage %s is said to have %d elements of %s, which are not there"
                .formatted(Printable.quoted(storage.key()), storage.elements(), storage.dtype()));
      }
      positions.put(storage.key(), position);
      position += storage.bytes();
    }
  }

  private void readFully(ByteBuffer bytes, long position) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw TorchFormatException.damaged("it ends too early");
      }
    }
    bytes.flip();
  }

  @Override
  public void check(Storage storage) throws IOException {
    if (!positions.containsKey(storage.key())) {
      throw TorchFormatException.damaged("it lacks the storage " + Printable.quoted(storage.key()));
    }
  }

  @Override
  public InputStream open(Storage storage, long from) throws IOException {
    channel.position(positions.get(storage.key()) + from);
    return new FilterInputStream(Channels.newInputStream(channel)) {
      @Override
      public void close() {
        // The channel stays open for the next storage.
      }
    };
  }

  @Override
  public ByteOrder byteOrder() {
    return ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
