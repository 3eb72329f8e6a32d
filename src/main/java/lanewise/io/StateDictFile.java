package lanewise.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.io.torch.TorchFile;
import lanewise.io.torch.TorchTensor;

/**
 * Reads the weights that a user has, in whichever format: safetensors, or PyTorch's {@code .pth}
 * and {@code .pt} through {@link TorchFile}. What a file holds decides, not its name.
 */
public final class StateDictFile {
  /** Names one of several state dicts, where a program is told the file. */
  public static final String KEY_OPTION = TorchFile.KEY_OPTION;

  private static final int FIRST_BYTES = 9;

  /**
   * What a file holds.
   *
   * @param metadata of safetensors, free text by name; of a PyTorch file none
   */
  public record Content(Map<String, String> metadata, List<TensorEntry> tensors) {}

  private StateDictFile() {}

  /**
   * Reads all tensors of the file's only state dict, in its order, as floats.
   *
   * @throws UserException if the file cannot be read, is damaged or hostile, has another format, or
   *     has several state dicts, which the message lists
   */
  public static List<TensorEntry> read(Path file) {
    return read(file, null);
  }

  /**
   * Reads one of several state dicts of a PyTorch file.
   *
   * @param key its key, or several joined by dots; null for the only one
   * @throws UserException as {@link #read(Path)}, or if there is no state dict of this key
   */
  public static List<TensorEntry> read(Path file, String key) {
    return readAll(file, key).tensors();
  }

  /**
   * Reads one of several state dicts, and what the file says of it.
   *
   * @param key as for {@link #read(Path, String)}
   * @throws UserException as {@link #read(Path, String)}
   */
  public static Content readAll(Path file, String key) {
    if (Files.isDirectory(file)) {
      throw new UserException("cannot read " + file + ": it is a folder, not a file of weights");
    }
    try {
      byte[] first = firstBytes(file);
      if (TorchFile.isRecognised(first)) {
        List<TorchTensor> tensors = key == null ? TorchFile.read(file) : TorchFile.read(file, key);
        return new Content(
            Map.of(),
            tensors.stream().map(t -> new TensorEntry(t.name(), t.shape(), t.values())).toList());
      }
      if (first.length == 0) {
        throw new UserException(
            "cannot read %s: it is empty; fetch or save it again".formatted(file));
      }
      if (!beginsLikeSafetensors(first)) {
        throw new UserException(
            ("cannot read %s: it begins with the bytes %s, neither those of safetensors nor of"
                    + " torch.save (.pth, .pt); give weights in one of these formats")
                .formatted(file, HexFormat.ofDelimiter(" ").formatHex(first)));
      }
    } catch (IOException e) {
      throw new UserException("cannot read " + file + ": " + AtomicFiles.reason(e), e);
    }
    if (key != null) {
      throw new UserException(
          "%s is safetensors, which holds one state dict and has no keys: leave out %s"
              .formatted(file, KEY_OPTION));
    }
    return readSafetensors(file);
  }

  private static byte[] firstBytes(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(FIRST_BYTES);
    }
  }

  /** The length of a header, which is below 4 GiB, and the header's first character. */
  private static boolean beginsLikeSafetensors(byte[] first) {
    return first.length == FIRST_BYTES
        && ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong() >>> 32 == 0
        && first[FIRST_BYTES - 1] == '{';
  }

  private static Content readSafetensors(Path file) {
    try (Safetensors safetensors = Safetensors.open(file)) {
      List<TensorEntry> tensors = new ArrayList<>();
      for (String name : safetensors.names()) {
        tensors.add(new TensorEntry(name, safetensors.shape(name), safetensors.floats(name)));
      }
      return new Content(safetensors.metadata(), tensors);
    }
  }
}
