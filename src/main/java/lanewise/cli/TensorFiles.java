package lanewise.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import lanewise.UserException;
import lanewise.io.Npy;
import lanewise.onnx.HostTensor;
import lanewise.onnx.HostTensor.Kind;
import lanewise.onnx.Port;

/** What goes into a model and comes out of it, as files. */
final class TensorFiles {
  private TensorFiles() {}

  /**
   * Reads an input.
   *
   * @throws UserException if it is no such file, or holds fractions where the model wants integers
   */
  static HostTensor read(Path file, Port port) {
    if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".npy")) {
      throw new UserException("%s: an input is a .npy file".formatted(file));
    }
    Npy.Array array = Npy.read(file);
    int[] dims = Arrays.stream(array.shape()).mapToInt(Math::toIntExact).toArray();
    return port.kind() == Kind.FLOAT
        ? HostTensor.of(array.data(), dims)
        : HostTensor.of(integers(file, array.data()), dims);
  }

  private static long[] integers(Path file, float[] values) {
    long[] integers = new long[values.length];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = (long) values[i];
      if (integers[i] != values[i]) {
        throw new UserException(
            "%s: it holds %s, where the model wants integers".formatted(file, values[i]));
      }
    }
    return integers;
  }

  /**
   * Writes an output.
   *
   * @param taken the names of files that were written before, to which this one's is added
   * @return the file
   */
  static Path write(Path folder, String name, HostTensor tensor, List<String> taken) {
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^\\.+", "_");
    String free = plain;
    for (int i = 2; taken.contains(free); i++) {
      free = plain + "-" + i;
    }
    taken.add(free);
    Path file = folder.resolve(free + ".npy");
    long[] shape = Arrays.stream(tensor.dims()).mapToLong(Long::valueOf).toArray();
    Npy.write(file, shape, tensor.floats());
    return file;
  }
}
