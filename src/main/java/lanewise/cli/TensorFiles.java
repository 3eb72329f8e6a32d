package lanewise.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import lanewise.UserException;
import lanewise.io.Npy;
import lanewise.onnx.HostTensor;
import lanewise.onnx.HostTensor.Kind;
import lanewise.onnx.Port;
import lanewise.picture.Picture;
import lanewise.picture.Pictures;

/** What goes into a model and comes out of it, as files. */
final class TensorFiles {
  private final PictureTensors pictures;
  private final long maxPixels;

  /** The names of files that were written, without what says their format. */
  private final List<String> taken = new ArrayList<>();

  TensorFiles(PictureArguments arguments) {
    pictures = arguments.tensors();
    maxPixels = arguments.maxPixels();
  }

  // ---- in

  /**
   * Reads an input: an array, or a picture as a batch of one.
   *
   * @throws UserException if it is no such file, or does not suit the model
   */
  HostTensor read(Path file, Port port) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".npy")) {
      return array(file, port);
    }
    if (name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg")) {
      return pictures.tensor(Pictures.read(file, maxPixels), port);
    }
    throw new UserException(
        "%s: an input is a .npy, .png, .jpg or .jpeg file, which its name says".formatted(file));
  }

  private static HostTensor array(Path file, Port port) {
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

  // ---- out

  /**
   * Writes an output as an array and, if it has 1 or 3 channels, as a picture for each sample.
   *
   * @return the files
   */
  List<Path> write(Path folder, String name, HostTensor tensor) {
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^\\.+", "_");
    String free = plain;
    for (int i = 2; taken.contains(free); i++) {
      free = plain + "-" + i;
    }
    taken.add(free);
    List<Path> files = new ArrayList<>();
    files.add(folder.resolve(free + ".npy"));
    long[] shape = Arrays.stream(tensor.dims()).mapToLong(Long::valueOf).toArray();
    Npy.write(files.getFirst(), shape, tensor.floats());
    List<Picture> shown = pictures.pictures(tensor);
    for (int i = 0; i < shown.size(); i++) {
      String number = shown.size() == 1 ? "" : "-" + i;
      files.add(folder.resolve(free + number + ".png"));
      Pictures.write(files.getLast(), shown.get(i));
    }
    return files;
  }
}
