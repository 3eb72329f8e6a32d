package lanewise.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import lanewise.UserException;

/**
 * Images in IDX files, as MNIST, Fashion-MNIST, EMNIST and their like ship them.
 *
 * <p>Dimensions are {@code [n][h][w]} (grey), {@code [n][h][w][c]} or {@code [n][c][h][w]} with 1
 * or 3 channels, or {@code [n][pixels]} for square grey images.
 */
final class IdxImages {
  private static final Pattern IMAGES =
      Pattern.compile("(?<set>.*)images[-.]idx[234]-ubyte(?<gz>\\.gz)?");

  private IdxImages() {}

  /** The one file of training images in a folder by its name, or null if there is none. */
  static Path findIn(List<Path> files) {
    List<Path> images = files.stream().filter(IdxImages::isNamedLikeImages).toList();
    List<Path> training = images.stream().filter(file -> name(file).contains("train")).toList();
    List<Path> candidates = training.isEmpty() ? images : training;
    candidates = plainIfAny(candidates);
    if (candidates.size() > 1) {
      throw new UserException(
          String.format(
              "%s holds %d sets of IDX images (%s, %s%s): give the path of one file",
              candidates.getFirst().getParent(),
              candidates.size(),
              name(candidates.get(0)),
              name(candidates.get(1)),
              candidates.size() > 2 ? ", ..." : ""));
    }
    return candidates.isEmpty() ? null : candidates.getFirst();
  }

  /** The file of test images in a folder by its name, or null if there is none or several. */
  static Path findTestIn(List<Path> files) {
    List<Path> test =
        files.stream()
            .filter(IdxImages::isNamedLikeImages)
            .filter(file -> name(file).contains("t10k") || name(file).contains("test"))
            .toList();
    List<Path> candidates = plainIfAny(test);
    return candidates.size() == 1 ? candidates.getFirst() : null;
  }

  private static List<Path> plainIfAny(List<Path> files) {
    List<Path> plain = files.stream().filter(file -> !name(file).endsWith(".gz")).toList();
    return plain.isEmpty() ? files : plain;
  }

  private static boolean isNamedLikeImages(Path file) {
    return IMAGES.matcher(name(file)).matches();
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  /**
   * Reads a file of images, and its labels where a file named accordingly lies beside it.
   *
   * @param name what the data set is called in logs
   */
  static Dataset read(String name, Path file, ImageShape wanted) {
    try (IdxFile images = IdxFile.open(file)) {
      Path labels = labelsOf(file);
      if (labels == null) {
        return read(name, file.toString(), images, null, wanted);
      }
      try (IdxFile opened = IdxFile.open(labels)) {
        return read(name, file.toString(), images, opened, wanted);
      }
    }
  }

  private static Path labelsOf(Path file) {
    Matcher images = IMAGES.matcher(name(file));
    if (!images.matches()) {
      return null;
    }
    return IntStream.of(0, 1, 2, 3)
        .mapToObj(
            i ->
                images.group("set")
                    + (i < 2 ? "labels-idx1-ubyte" : "labels.idx1-ubyte")
                    + (i % 2 == 0 ? "" : ".gz"))
        .map(file::resolveSibling)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElse(null);
  }

  /**
   * Reads all images of an open file.
   *
   * @param labels one for each image, or null
   */
  static Dataset read(
      String name, String where, IdxFile images, IdxFile labels, ImageShape wanted) {
    int[] dimensions = images.dimensions();
    int count = dimensions[0];
    Layout layout = Layout.of(where, dimensions);
    wanted.checkFits(where, count, layout.channels(), layout.height(), layout.width());
    Labels values = labels == null ? Labels.NONE : readLabels(where, count, labels);
    List<ByteImage> decoded = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] pixels = new byte[layout.channels() * layout.height() * layout.width()];
      images.read(pixels);
      ByteImage image = layout.toImage(pixels).withChannels(wanted.channels());
      decoded.add(image.paddedOrResizedTo(wanted.side()));
    }
    images.expectEnd();
    String title = String.format(Locale.ROOT, "%s (%,d images, %s)", name, count, where);
    return new PixelDataset(title, decoded, values);
  }

  private static Labels readLabels(String where, int count, IdxFile labels) {
    int[] dimensions = labels.dimensions();
    if (dimensions.length != 1 || dimensions[0] != count) {
      throw new UserException(
          String.format(
              "the labels beside %s do not fit its %d images: replace or remove them",
              where, count));
    }
    byte[] bytes = new byte[count];
    labels.read(bytes);
    labels.expectEnd();
    int[] values = IntStream.range(0, count).map(i -> bytes[i] & 0xFF).toArray();
    return new Labels(values, IntStream.of(values).max().orElseThrow() + 1);
  }

  /** How the bytes of one item form an image. */
  private record Layout(int channels, int height, int width, boolean channelsLast) {

    static Layout of(String where, int[] d) {
      int root = d.length == 2 ? (int) Math.sqrt(d[1]) : 0;
      if (d.length == 2 && root * root == d[1]) {
        return new Layout(1, root, root, false);
      }
      if (d.length == 3) {
        return new Layout(1, d[1], d[2], false);
      }
      if (d.length == 4 && (d[3] == 1 || d[3] == 3)) {
        return new Layout(d[3], d[1], d[2], true);
      }
      if (d.length == 4 && (d[1] == 1 || d[1] == 3)) {
        return new Layout(d[1], d[2], d[3], false);
      }
      throw new UserException(
          String.format(
              "%s does not hold images: its dimensions are %s, expected [n, h, w], [n, h, w, c] or"
                  + " [n, c, h, w] with 1 or 3 channels; give the file of the images",
              where, Arrays.toString(d)));
    }

    ByteImage toImage(byte[] item) {
      if (!channelsLast || channels == 1) {
        return new ByteImage(channels, height, width, item);
      }
      return ByteImage.ofInterleaved(channels, height, width, item);
    }
  }
}
