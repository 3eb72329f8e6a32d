package lanewise.train.style;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import lanewise.UserException;
import lanewise.data.BatchOrder;
import lanewise.data.PictureFolder;
import lanewise.picture.Picture;
import lanewise.picture.Pictures;
import lanewise.picture.ResizeFilter;

/**
 * Photographs of any size, of which training sees random squares: between one of its own pixels and
 * the largest there is, mirrored half of the time. So a few dozen go a long way.
 *
 * <p>What a step sees follows from the seed and the step alone.
 */
final class Photographs {
  /** Photographs are kept with a shorter side of this many times the squares', if it is longer. */
  private static final int KEPT_SCALE = 2;

  private static final int NAMED_FAILURES = 3;
  private static final int CHANNELS = 3;

  private final String name;
  private final List<Photograph> photographs;
  private final long maxPixels;
  private final int side;
  private final long seed;
  private final BatchOrder order;

  /** A file that was decoded once, and what was kept of it: null where memory was spent. */
  private record Photograph(Path file, Picture kept) {}

  private Photographs(
      Path root, List<Photograph> photographs, long maxPixels, int side, long seed) {
    this.photographs = photographs;
    this.maxPixels = maxPixels;
    this.side = side;
    this.seed = seed;
    name = "%s (%,d photographs)".formatted(root, photographs.size());
    order = new BatchOrder(name, photographs.size(), 1, seed);
  }

  /**
   * Decodes the photographs of a folder and its sub-folders. Files that cannot be are skipped.
   *
   * @param maxPixels what width times height of a file may be
   * @param side pixels of the squares
   * @param memoryLimit bytes of decoded photographs to keep; the others are decoded at each use
   * @param log is told of files that are skipped
   * @throws UserException if there is nothing to see
   */
  static Photographs open(
      Path root, long maxPixels, int side, long seed, long memoryLimit, Consumer<String> log) {
    List<Photograph> photographs = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    long memory = 0;
    for (Path file : PictureFolder.of(root, maxPixels).files()) {
      try {
        Picture picture = read(file, maxPixels, side);
        memory += (long) CHANNELS * Float.BYTES * picture.width() * picture.height();
        photographs.add(new Photograph(file, memory <= memoryLimit ? picture : null));
      } catch (UserException e) {
        failures.add(e.getMessage());
      }
    }
    report(root, photographs.size(), failures, log);
    return new Photographs(root, photographs, maxPixels, side, seed);
  }

  private static void report(Path root, int decoded, List<String> failures, Consumer<String> log) {
    if (failures.isEmpty()) {
      return;
    }
    int others = failures.size() - NAMED_FAILURES;
    String named =
        failures.stream().limit(NAMED_FAILURES).collect(Collectors.joining("; "))
            + (others > 0 ? "; and %d more".formatted(others) : "");
    if (decoded == 0) {
      throw new UserException("no picture in %s can be read: %s".formatted(root, named));
    }
    log.accept("skipped %d pictures in %s: %s".formatted(failures.size(), root, named));
  }

  /** A picture, made smaller if nothing of that can be seen. */
  private static Picture read(Path file, long maxPixels, int side) {
    Picture picture = Pictures.read(file, maxPixels).rgb();
    int shorter = Math.min(picture.width(), picture.height());
    int wanted = KEPT_SCALE * side;
    return shorter <= wanted ? picture : scaled(picture, wanted);
  }

  /** The whole picture with a shorter side of that many pixels. */
  static Picture scaled(Picture picture, int shorter) {
    double factor = (double) shorter / Math.min(picture.width(), picture.height());
    return picture.resized(
        Math.max(1, (int) Math.round(picture.width() * factor)),
        Math.max(1, (int) Math.round(picture.height() * factor)),
        ResizeFilter.BILINEAR);
  }

  String name() {
    return name;
  }

  int size() {
    return photographs.size();
  }

  /**
   * The squares of a step.
   *
   * @param step counted from 0
   * @param target receives {@code batch x 3 x side x side} levels in [0, 255]
   */
  void read(long step, int batch, float[] target) {
    SplittableRandom random =
        new SplittableRandom(new SplittableRandom(seed ^ Long.rotateLeft(step, 32)).nextLong());
    for (int i = 0; i < batch; i++) {
      int index = order.indices(step * batch + i)[0];
      copy(square(picture(index), random), target, i);
    }
  }

  private Picture square(Picture picture, SplittableRandom random) {
    int longest = Math.min(picture.width(), picture.height());
    int cut = random.nextInt(Math.min(side, longest), longest + 1);
    int left = random.nextInt(picture.width() - cut + 1);
    int top = random.nextInt(picture.height() - cut + 1);
    Picture square = picture.cropped(left, top, cut, cut);
    Picture turned = random.nextBoolean() ? square.flipped() : square;
    return turned.resized(side, side, ResizeFilter.BILINEAR);
  }

  /**
   * The squares in the middle of the first photographs, as large as they can be.
   *
   * @return {@code 3 x side x side} levels in [0, 255] of each
   */
  List<float[]> middles(int count) {
    List<float[]> middles = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Picture picture = picture(i);
      int cut = Math.min(picture.width(), picture.height());
      int left = (picture.width() - cut) / 2;
      int top = (picture.height() - cut) / 2;
      Picture square = picture.cropped(left, top, cut, cut);
      float[] levels = new float[CHANNELS * side * side];
      copy(square.resized(side, side, ResizeFilter.BILINEAR), levels, 0);
      middles.add(levels);
    }
    return middles;
  }

  private Picture picture(int index) {
    Photograph photograph = photographs.get(index);
    return photograph.kept() != null ? photograph.kept() : read(photograph.file(), maxPixels, side);
  }

  private static void copy(Picture picture, float[] target, int index) {
    float[][] planes = picture.planes();
    int plane = picture.width() * picture.height();
    for (int c = 0; c < CHANNELS; c++) {
      System.arraycopy(planes[c], 0, target, (index * CHANNELS + c) * plane, plane);
    }
  }
}
