package lanewise.io.torch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import lanewise.Printable;

/**
 * The format of PyTorch 1.6 and later: a zip archive of uncompressed entries {@code NAME/data.pkl},
 * {@code NAME/data/KEY} for each storage, {@code NAME/byteorder}.
 *
 * <p>Names of entries are looked up in the archive only; none ever becomes a path of the machine.
 */
final class ZipContainer implements Container {
  private static final String PICKLE = "/data.pkl";

  /** Python code and constants of a compiled model. */
  private static final String TORCH_SCRIPT = "/constants.pkl";

  private final ZipFile zip;
  private final long fileBytes;
  private final String folder;
  private final ByteOrder byteOrder;

  private ZipContainer(ZipFile zip, long fileBytes) throws IOException {
    this.zip = zip;
    this.fileBytes = fileBytes;
    this.folder = folder(zip);
    this.byteOrder = byteOrder(entryOrNull("byteorder"));
  }

  static ZipContainer open(Path file) throws IOException {
    var zip = new ZipFile(file.toFile());
    try {
      return new ZipContainer(zip, Files.size(file));
    } catch (IOException e) {
      zip.close();
      throw e;
    }
  }

  private static String folder(ZipFile zip) throws TorchFormatException {
    List<String> pickles =
        zip.stream().map(ZipEntry::getName).filter(n -> n.endsWith(PICKLE)).limit(2).toList();
    if (pickles.size() != 1) {
      throw TorchFormatException.damaged(
          "its zip archive has %s data.pkl".formatted(pickles.isEmpty() ? "no" : "more than one"));
    }
    String folder = pickles.getFirst().substring(0, pickles.getFirst().length() - PICKLE.length());
    if (zip.getEntry(folder + TORCH_SCRIPT) != null) {
      throw TorchFormatException.refused(
          "it is a TorchScript model of torch.jit.save, not weights: load it in PyTorch and save"
              + " its state_dict() with torch.save");
    }
    return folder;
  }

  private ByteOrder byteOrder(ZipEntry entry) throws IOException {
    if (entry == null) {
      return ByteOrder.LITTLE_ENDIAN;
    }
    String text = new String(read(entry, 16), StandardCharsets.US_ASCII);
    return switch (text) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default -> throw TorchFormatException.damaged("its byte order is " + Printable.quoted(text));
    };
  }

  @Override
  public Object unpickle() throws IOException {
    byte[] pickle = read(entryOrNull("data.pkl"), MAX_PICKLE_BYTES);
    return new Unpickler(new PickleInput(ByteBuffer.wrap(pickle))).read();
  }

  @Override
  public void check(Storage storage) throws IOException {
    ZipEntry entry = entryOrNull("data/" + storage.key());
    if (entry == null) {
      throw TorchFormatException.damaged("it lacks the storage " + Printable.quoted(storage.key()));
    }
    if (entry.getSize() != storage.bytes()) {
      throw TorchFormatException.damaged(
          "storage %s is said to have %d elements of %s, but has %d bytes"
              .formatted(
                  Printable.quoted(storage.key()),
                  storage.elements(),
                  storage.dtype(),
                  entry.getSize()));
    }
  }

  @Override
  public InputStream open(Storage storage, long from) throws IOException {
    InputStream bytes = zip.getInputStream(entryOrNull("data/" + storage.key()));
    bytes.skipNBytes(from);
    return bytes;
  }

  @Override
  public ByteOrder byteOrder() {
    return byteOrder;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  /** An entry of the archive's folder that holds its bytes as they are, or null. */
  private ZipEntry entryOrNull(String name) throws TorchFormatException {
    ZipEntry entry = zip.getEntry(folder + "/" + name);
    if (entry != null
        && (entry.getMethod() != ZipEntry.STORED || entry.getCompressedSize() != entry.getSize())) {
      throw TorchFormatException.damaged(
          "its entry %s is compressed, which torch.save never does"
              .formatted(Printable.quoted(name)));
    }
    if (entry != null && entry.getSize() > fileBytes) {
      throw TorchFormatException.damaged(
          "its entry %s is said to have %d bytes, the file has %d"
              .formatted(Printable.quoted(name), entry.getSize(), fileBytes));
    }
    return entry;
  }

  private byte[] read(ZipEntry entry, int limit) throws IOException {
    if (entry.getSize() > limit) {
      throw TorchFormatException.damaged(
          "its entry %s has %d bytes, more than %d"
              .formatted(Printable.quoted(entry.getName()), entry.getSize(), limit));
    }
    try (InputStream bytes = zip.getInputStream(entry)) {
      return bytes.readAllBytes();
    }
  }
}
