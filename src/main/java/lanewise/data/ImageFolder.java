package lanewise.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import lanewise.UserException;
import lanewise.picture.Picture;
import lanewise.picture.PictureDecoder;
import lanewise.picture.PictureSize;
import lanewise.picture.Pictures;

/**
 * PNG and JPEG images in a folder and its sub-folders, in the order of their paths.
 *
 * <p>If all images lie in sub-folders, the first level of these names the classes, in alphabetical
 * order, as in torchvision's {@code ImageFolder}. Images are turned as EXIF says, transparency is
 * dropped, and of 16 bits the upper 8 are kept. Files that cannot be decoded are skipped and
 * reported. Hidden files and folders do not count.
 */
final class ImageFolder {
  private static final int NAMED_FAILURES = 3;

  /** A pixel that is decoded takes up to 16 bytes, so that half of the heap is enough. */
  private static final int MOST_PIXELS =
      (int) Math.min(Runtime.getRuntime().maxMemory() / 32, Integer.MAX_VALUE);

  private final Path root;
  private final ImageShape wanted;
  private final long memoryLimit;
  private final Consumer<String> log;
  private final AtomicLong memory = new AtomicLong();

  /** One for each pixel that may be decoded at the same time, by however many processors. */
  private final Semaphore pixels = new Semaphore(MOST_PIXELS);

  /**
   * @param memoryLimit bytes of decoded images to keep; beyond, each read decodes its file again
   */
  ImageFolder(Path root, ImageShape wanted, long memoryLimit, Consumer<String> log) {
    this.root = root;
    this.wanted = wanted;
    this.memoryLimit = memoryLimit;
    this.log = log;
  }

  /** Reads the images, or returns null if no file is named like one. */
  Dataset read(String name) {
    List<Path> files = PictureFolder.list(root);
    if (files.isEmpty()) {
      return null;
    }
    List<Attempt> attempts = files.parallelStream().map(this::attempt).toList();
    List<Decoded> images =
        attempts.stream().filter(Decoded.class::isInstance).map(Decoded.class::cast).toList();
    reportFailures(
        attempts.stream().filter(Failed.class::isInstance).map(Failed.class::cast).toList(),
        files.size());
    checkOneSize(images);
    int channels = images.stream().mapToInt(Decoded::channels).max().orElseThrow();
    String title = String.format(Locale.ROOT, "%s (%,d images, %s)", name, images.size(), root);
    List<Path> paths = images.stream().map(Decoded::file).toList();
    Labels labels = labels(paths);
    if (memory.get() <= memoryLimit) {
      List<ByteImage> pixels =
          images.stream().map(image -> image.image().withChannels(channels)).toList();
      return new PixelDataset(title, pixels, labels);
    }
    log.accept(
        String.format(
            "%s needs more than %d MiB in memory, half of the heap: its files are decoded again at"
                + " each use, which is slow; to keep them use a smaller --image-size, or set"
                + " LANEWISE_JAVA_OPTS=-Xmx...",
            root, memoryLimit >> 20));
    ImageShape shape = new ImageShape(wanted.side(), channels);
    Decoded first = images.getFirst();
    return new OnDemand(title, paths, shape, first.height(), first.width(), labels);
  }

  private sealed interface Attempt {}

  /**
   * @param image null where memory was spent; the file is known to decode
   */
  private record Decoded(Path file, int channels, int height, int width, ByteImage image)
      implements Attempt {}

  private record Failed(Path file, String reason) implements Attempt {}

  private Attempt attempt(Path file) {
    try {
      PictureSize size = PictureDecoder.size(file, Pictures.DEFAULT_MAX_PIXELS);
      int taken = Math.min(size.height() * size.width(), MOST_PIXELS);
      pixels.acquireUninterruptibly(taken);
      ByteImage image;
      try {
        image = decode(file, wanted);
      } finally {
        pixels.release(taken);
      }
      boolean keep = memory.addAndGet(image.pixels().length) <= memoryLimit;
      return new Decoded(
          file, image.channels(), image.height(), image.width(), keep ? image : null);
    } catch (IOException e) {
      return new Failed(file, e.getMessage());
    }
  }

  private static ByteImage decode(Path file, ImageShape shape) throws IOException {
    Picture picture = PictureDecoder.decode(file, Pictures.DEFAULT_MAX_PIXELS);
    return ByteImage.of(picture).withChannels(shape.channels()).resizedTo(shape.side());
  }

  private void reportFailures(List<Failed> failures, int files) {
    if (failures.isEmpty()) {
      return;
    }
    String named =
        failures.stream()
            .limit(NAMED_FAILURES)
            .map(failed -> root.relativize(failed.file()) + " (" + failed.reason() + ")")
            .collect(Collectors.joining(", "));
    String more =
        failures.size() > NAMED_FAILURES
            ? " and " + (failures.size() - NAMED_FAILURES) + " more"
            : "";
    if (failures.size() == files) {
      throw new UserException(
          String.format(
              "none of the %d images in %s can be decoded: %s%s; give PNG or JPEG images",
              files, root, named, more));
    }
    log.accept(
        String.format(
            "skipped %d of %d images in %s that cannot be decoded: %s%s",
            failures.size(), files, root, named, more));
  }

  private void checkOneSize(List<Decoded> images) {
    Decoded first = images.getFirst();
    for (Decoded image : images) {
      if (image.height() != first.height() || image.width() != first.width()) {
        throw new UserException(
            String.format(
                "images in %s differ in size (%s is %d x %d, %s is %d x %d): give an image size",
                root,
                root.relativize(first.file()),
                first.width(),
                first.height(),
                root.relativize(image.file()),
                image.width(),
                image.height()));
      }
    }
  }

  private Labels labels(List<Path> files) {
    List<Path> relative = files.stream().map(root::relativize).toList();
    if (relative.stream().anyMatch(file -> file.getNameCount() == 1)) {
      return Labels.NONE;
    }
    List<Path> folders = relative.stream().map(file -> file.getName(0)).toList();
    List<Path> classes = new ArrayList<>(folders.stream().distinct().sorted().toList());
    return new Labels(folders.stream().mapToInt(classes::indexOf).toArray(), classes.size());
  }

  /** Images that are too many to keep: each read decodes a file. */
  private record OnDemand(
      String name, List<Path> files, ImageShape shape, int height, int width, Labels labels)
      implements Dataset {

    @Override
    public int size() {
      return files.size();
    }

    @Override
    public int channels() {
      return shape.channels();
    }

    @Override
    public void read(int index, float[] target, int offset) {
      Path file = files.get(index);
      try {
        ByteImage image = decode(file, shape);
        if (image.height() != height || image.width() != width) {
          throw new UserException(file + " changed its size while in use: put it back");
        }
        ByteImage.normalize(image.pixels(), target, offset);
      } catch (IOException e) {
        throw UnreadableFile.of(file.toString(), e);
      }
    }

    @Override
    public int classes() {
      return labels.classes();
    }

    @Override
    public int label(int index) {
      return labels.classes() == 0 ? Dataset.super.label(index) : labels.of(index);
    }
  }
}
