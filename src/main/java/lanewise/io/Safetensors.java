package lanewise.io;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lanewise.Printable;
import lanewise.UserException;
import lanewise.io.torch.Dtype;

/**
 * A file in the <a href="https://huggingface.co/docs/safetensors">safetensors</a> format: named
 * tensors behind a JSON header, loadable by PyTorch.
 *
 * <p>Opening reads and checks the header alone; tensors are read one by one, so a file may be
 * larger than the memory. A file that breaks the format in any way is refused when it is opened.
 */
public final class Safetensors implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final SafetensorsHeader header;

  private Safetensors(Path file, FileChannel channel, SafetensorsHeader header) {
    this.file = file;
    this.channel = channel;
    this.header = header;
  }

  /**
   * Writes a file of F32 tensors in the given order, atomically.
   *
   * @param metadata free text under {@code __metadata__}; may be empty
   * @throws UserException if it cannot be written; an old file is then unchanged
   */
  public static void write(Path file, List<TensorEntry> tensors, Map<String, String> metadata) {
    byte[] head = encodeHeader(tensors, metadata);
    AtomicFiles.replaceFile(
        file,
        path -> {
          try (FileChannel out =
              FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
            chunk.order(ByteOrder.LITTLE_ENDIAN).putLong(head.length).flip();
            writeFully(out, chunk);
            writeFully(out, ByteBuffer.wrap(head));
            for (TensorEntry tensor : tensors) {
              writeFloats(out, tensor.data(), chunk);
            }
          }
        });
  }

  /**
   * Opens a file and checks its header; the caller closes it.
   *
   * @throws UserException if the file cannot be read or is not whole and valid; the message names
   *     the file and, where one is to blame, the tensor
   */
  public static Safetensors open(Path file) {
    if (Files.isDirectory(file)) {
      throw new UserException("cannot read " + file + ": it is a folder, not a safetensors file");
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      var opened = new Safetensors(file, channel, SafetensorsHeader.read(file, channel));
      channel = null;
      return opened;
    } catch (IOException e) {
      throw cannotRead(file, e);
    } finally {
      closeQuietly(channel);
    }
  }

  /** The tensors' names, in the order of the header. */
  public Set<String> names() {
    return header.tensors().keySet();
  }

  /** The text under {@code __metadata__}; empty if there is none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /**
   * The sizes of a tensor; empty for a scalar.
   *
   * @throws UserException if there is no tensor of this name
   */
  public long[] shape(String name) {
    return tensor(name).shape().clone();
  }

  /**
   * Reads a tensor, row-major. F32 comes back bit for bit; other types are rounded to the nearest
   * float.
   *
   * @throws UserException if there is no tensor of this name, it has more elements than a Java
   *     array can hold, or the file cannot be read
   */
  public float[] floats(String name) {
    SafetensorsHeader.Tensor tensor = tensor(name);
    if (tensor.elements() > Integer.MAX_VALUE - 8) {
      throw new UserException(
          "cannot read %s from %s: %d elements are more than one array can hold"
              .formatted(Printable.quoted(name), file, tensor.elements()));
    }
    float[] values = new float[(int) tensor.elements()];
    try {
      readFloats(tensor, values);
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
    return values;
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }

  private SafetensorsHeader.Tensor tensor(String name) {
    SafetensorsHeader.Tensor tensor = header.tensors().get(name);
    if (tensor == null) {
      List<String> known = names().stream().limit(8).map(Printable::quoted).toList();
      int others = names().size() - known.size();
      throw new UserException(
          "%s has no tensor %s; it has %s%s"
              .formatted(
                  file,
                  Printable.quoted(name),
                  known.isEmpty() ? "none" : String.join(", ", known),
                  others > 0 ? " and " + others + " more" : ""));
    }
    return tensor;
  }

  private void readFloats(SafetensorsHeader.Tensor tensor, float[] values) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long at = tensor.fileOffset();
    for (int done = 0; done < values.length; ) {
      int count = Math.min(values.length - done, CHUNK_BYTES / tensor.dtype().bytes());
      chunk.clear().limit(count * tensor.dtype().bytes());
      while (chunk.hasRemaining()) {
        if (channel.read(chunk, at + chunk.position()) < 0) {
          throw new IOException("it became shorter while it was read");
        }
      }
      chunk.flip();
      at += chunk.limit();
      tensor.dtype().read(chunk, values, done, count);
      done += count;
    }
  }

  private static byte[] encodeHeader(List<TensorEntry> tensors, Map<String, String> metadata) {
    Map<String, Object> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put(SafetensorsHeader.METADATA, metadata);
    }
    long offset = 0;
    for (TensorEntry tensor : tensors) {
      long end = offset + (long) tensor.data().length * Float.BYTES;
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("dtype", Dtype.F32.name());
      entry.put("shape", tensor.shape());
      entry.put("data_offsets", new long[] {offset, end});
      boolean reserved = tensor.name().equals(SafetensorsHeader.METADATA);
      if (reserved || header.put(tensor.name(), entry) != null) {
        throw new IllegalArgumentException("tensor name used twice or reserved: " + tensor.name());
      }
      offset = end;
    }
    try {
      byte[] json = JSON.std.asBytes(header);
      // The reference implementation starts the data at a multiple of 8 bytes; so does the length.
      byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, 8) * 8);
      Arrays.fill(padded, json.length, padded.length, (byte) ' ');
      return padded;
    } catch (IOException e) {
      throw new IllegalStateException("a map of strings and numbers is always JSON", e);
    }
  }

  private static void writeFloats(FileChannel out, float[] data, ByteBuffer chunk)
      throws IOException {
    FloatBuffer floats = chunk.clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    for (int done = 0; done < data.length; ) {
      int count = Math.min(data.length - done, floats.capacity());
      floats.clear().put(data, done, count);
      chunk.clear().limit(count * Float.BYTES);
      writeFully(out, chunk);
      done += count;
    }
  }

  private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Nothing was written through it, so nothing is lost.
      return;
    }
  }

  private static UserException cannotRead(Path file, IOException e) {
    return new UserException("cannot read " + file + ": " + AtomicFiles.reason(e), e);
  }
}
