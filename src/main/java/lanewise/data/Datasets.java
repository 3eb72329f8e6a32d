package lanewise.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import lanewise.Names;
import lanewise.UserException;

/** Opens data sets by name or by path. */
public final class Datasets {
  private static final String FASHION_MNIST = "fashion-mnist";
  private static final String FASHION_MNIST_10K = "fashion-mnist-10k";
  private static final String STACKED_FASHION_MNIST = "stacked-fashion-mnist";
  private static final String RING_8 = "ring-8";
  private static final String GRID_25 = "grid-25";

  /** Where Debian's package dataset-fashion-mnist puts its files. */
  private static final Path DEBIAN_FASHION_MNIST = Path.of("/usr/share/datasets/fashion-mnist");

  private static final String TRAINING_IMAGES = "train-images-idx3-ubyte.gz";

  private static final int SMALL = 32;

  private Datasets() {}

  /** The names that {@link #open} knows; everything else is a path. */
  public static List<String> names() {
    return List.of(FASHION_MNIST, FASHION_MNIST_10K, STACKED_FASHION_MNIST, RING_8, GRID_25);
  }

  /**
   * The side that samples of a data set usually have in training: 64 pixels for folders of PNG and
   * JPEG images, 1 for points, 32 for all others. Broken or missing data is left for {@link #open}
   * to refuse.
   *
   * @param spec as for {@link #open}
   */
  public static int defaultImageSize(String spec) {
    String resolved = resolve(spec);
    if (resolved.equals(RING_8) || resolved.equals(GRID_25)) {
      return 1;
    }
    if (names().contains(resolved) || resolved.isBlank() || !Files.isDirectory(path(resolved))) {
      return SMALL;
    }
    List<Path> files = filesIn(Path.of(resolved));
    boolean photographs = IdxImages.findIn(files) == null && Cifar10.findIn(files).isEmpty();
    return photographs ? 2 * SMALL : SMALL;
  }

  /**
   * The same data set in words that mean the same in any working folder: its name, or its absolute
   * path. What is neither is left for {@link #open} to refuse.
   *
   * @param spec as for {@link #open}
   */
  public static String resolve(String spec) {
    if (spec == null) {
      return FASHION_MNIST;
    }
    boolean isPath = !names().contains(spec) && !spec.isBlank() && Files.exists(path(spec));
    return isPath ? path(spec).toAbsolutePath().normalize().toString() : spec;
  }

  /**
   * Opens a data set.
   *
   * <ul>
   *   <li>{@code fashion-mnist}, also for null: the 60,000 training images of Xiao et al.,
   *       "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms",
   *       2017, if Debian's package dataset-fashion-mnist is installed, else as {@code
   *       fashion-mnist-10k}: the 10,000 test images, which are embedded;
   *   <li>{@code stacked-fashion-mnist}: 128,000 times three of these as the channels of one image,
   *       drawn from the seed, with 1,000 classes;
   *   <li>{@code ring-8}, {@code grid-25}: 100,000 points from 8 or 25 Gaussians, drawn from the
   *       seed, 2 channels of 1 x 1 pixels (VEEGAN, 2017), divided by 1.1 or 4.5;
   *   <li>an IDX file of images, plain or gzip, or a folder with one ({@code
   *       train-images-idx3-ubyte.gz}) and its labels;
   *   <li>a {@code .bin} file of CIFAR-10's binary version, or a folder with its {@code
   *       data_batch_*.bin};
   *   <li>a folder of PNG and JPEG images; if all are in sub-folders, these are the classes. Images
   *       that cannot be decoded are skipped and reported.
   * </ul>
   *
   * <p>A name wins over a path; write {@code ./ring-8} for a folder of that name.
   *
   * <p>Images are resized so that the shorter side fits and cropped at the centre, with an
   * antialiased bilinear filter, as torchvision's {@code Resize} and {@code CenterCrop} do. Only
   * IDX images whose side is up to 4 pixels shorter than asked for (28 for 32) are padded with
   * black (-1) instead, which keeps them sharp.
   *
   * @param spec a name, a path, or null for the default
   * @param imageSize the side of the square images in pixels, or 0 for the data's own size
   * @param channels 1 (grey), 3 (RGB), or 0 for the data's own
   * @param seed from which synthetic data is drawn
   * @param log receives what the user should know: what was skipped or replaced
   * @throws UserException if there is no such data, if it is broken, or if it cannot be had in the
   *     shape asked for
   */
  public static Dataset open(
      String spec, int imageSize, int channels, long seed, Consumer<String> log) {
    return switch (spec == null ? FASHION_MNIST : spec) {
      case FASHION_MNIST ->
          fashionMnist(DEBIAN_FASHION_MNIST, new ImageShape(imageSize, channels), log);
      case FASHION_MNIST_10K -> embeddedFashionMnist(new ImageShape(imageSize, channels));
      case STACKED_FASHION_MNIST ->
          stacked(open(FASHION_MNIST, imageSize, 1, seed, log), channels, seed);
      case RING_8 -> points(GaussianMixture.ring8(seed), imageSize, channels);
      case GRID_25 -> points(GaussianMixture.grid25(seed), imageSize, channels);
      default -> openPath(spec, new ImageShape(imageSize, channels), log);
    };
  }

  /**
   * Opens what belongs to a data set and is not trained on: the test images that lie beside it, or
   * other points from the same Gaussians.
   *
   * @param spec and all else as for {@link #open}
   * @return null if there is none, or it cannot be told by its name: {@code t10k-images...} or
   *     {@code test-images...} beside IDX files, {@code test_batch.bin} beside CIFAR-10's
   */
  public static Dataset openTest(
      String spec, int imageSize, int channels, long seed, Consumer<String> log) {
    ImageShape wanted = new ImageShape(imageSize, channels);
    return switch (spec == null ? FASHION_MNIST : spec) {
      case FASHION_MNIST ->
          Files.exists(DEBIAN_FASHION_MNIST.resolve(TRAINING_IMAGES))
              ? embeddedFashionMnist(wanted)
              : null;
      case FASHION_MNIST_10K -> null;
      case STACKED_FASHION_MNIST -> {
        Dataset test = openTest(FASHION_MNIST, imageSize, 1, seed, log);
        yield test == null ? null : stacked(test, channels, seed);
      }
      case RING_8, GRID_25 -> open(spec, imageSize, channels, ~seed, log);
      default -> openTestBeside(path(spec), wanted);
    };
  }

  private static Dataset openTestBeside(Path path, ImageShape wanted) {
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      return null;
    }
    List<Path> files = filesIn(folder);
    Path idx = IdxImages.findTestIn(files);
    if (idx != null && !idx.getFileName().equals(path.getFileName())) {
      return IdxImages.read(idx.getFileName().toString(), idx, wanted);
    }
    Path cifar = folder.resolve(Cifar10.TEST_BATCH);
    boolean trainsOnCifar =
        !Cifar10.findIn(Files.isDirectory(path) ? files : List.of(path)).isEmpty();
    return trainsOnCifar && Files.isRegularFile(cifar)
        ? Cifar10.read(Cifar10.TEST_BATCH, cifar.toString(), List.of(cifar), wanted)
        : null;
  }

  private static Dataset stacked(Dataset grey, int channels, long seed) {
    if (channels == 1) {
      throw new UserException(
          STACKED_FASHION_MNIST + " has three channels, not 1: leave the channels to the data");
    }
    return new StackedDataset(grey, StackedDataset.SIZE, seed);
  }

  static Dataset fashionMnist(Path installed, ImageShape wanted, Consumer<String> log) {
    Path images = installed.resolve(TRAINING_IMAGES);
    if (Files.exists(images)) {
      return IdxImages.read(FASHION_MNIST, images, wanted);
    }
    log.accept(
        "using the 10,000 embedded Fashion-MNIST images; for the 60,000 install Debian's package"
            + " dataset-fashion-mnist or give the folder that holds them");
    return embeddedFashionMnist(wanted);
  }

  private static Dataset embeddedFashionMnist(ImageShape wanted) {
    try (IdxFile images = embedded("t10k-images-idx3-ubyte.gz");
        IdxFile labels = embedded("t10k-labels-idx1-ubyte.gz")) {
      return IdxImages.read(FASHION_MNIST_10K, "embedded", images, labels, wanted);
    }
  }

  private static IdxFile embedded(String file) {
    try (InputStream in = Datasets.class.getResourceAsStream("fashion-mnist/" + file)) {
      return IdxFile.open("embedded " + file, in.readAllBytes());
    } catch (IOException e) {
      throw UnreadableFile.of("embedded " + file, e);
    }
  }

  private static Dataset points(Dataset points, int imageSize, int channels) {
    if (imageSize > 1 || (channels != 0 && channels != 2)) {
      throw new UserException(
          points.name() + " holds points, which have no image size or channels: give images");
    }
    return points;
  }

  private static Dataset openPath(String spec, ImageShape wanted, Consumer<String> log) {
    Path path = path(spec);
    if (spec.isBlank() || !Files.exists(path)) {
      throw unknown(path);
    }
    if (Files.isDirectory(path)) {
      return openFolder(path, wanted, log);
    }
    String name = path.getFileName().toString();
    return name.endsWith(".bin")
        ? Cifar10.read(name, spec, List.of(path), wanted)
        : IdxImages.read(name, path, wanted);
  }

  private static Path path(String spec) {
    try {
      return Path.of(spec);
    } catch (InvalidPathException e) {
      throw new UserException("data '" + spec + "' is neither a name nor a path: correct it", e);
    }
  }

  private static Dataset openFolder(Path folder, ImageShape wanted, Consumer<String> log) {
    Path resolved = folder.toAbsolutePath().normalize();
    String name = resolved.getNameCount() == 0 ? "/" : resolved.getFileName().toString();
    List<Path> files = filesIn(folder);
    Path idx = IdxImages.findIn(files);
    if (idx != null) {
      return IdxImages.read(name, idx, wanted);
    }
    List<Path> cifar = Cifar10.findIn(files);
    if (!cifar.isEmpty()) {
      return Cifar10.read(name, folder.toString(), cifar, wanted);
    }
    Dataset images = new ImageFolder(folder, wanted, ImageShape.memoryLimit(), log).read(name);
    if (images == null) {
      throw new UserException(
          folder
              + " holds no training data: give a folder with PNG or JPEG images, with IDX files"
              + " (train-images-idx3-ubyte.gz) or with CIFAR-10's data_batch_*.bin");
    }
    return images;
  }

  private static List<Path> filesIn(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .sorted(Comparator.comparing(Path::getFileName))
          .toList();
    } catch (IOException e) {
      throw UnreadableFile.of(folder.toString(), e);
    }
  }

  private static UserException unknown(Path path) {
    boolean named = path.getNameCount() == 1 && !path.isAbsolute();
    return new UserException(
        named
            ? Names.unknown("data", path.toString(), names()) + ", or the path of a file or folder"
            : path + " is not there: give the path of a file or folder that exists");
  }
}
