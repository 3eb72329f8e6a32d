package lanewise.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ObjIntConsumer;
import lanewise.UserException;
import lanewise.data.PicturePlan.Choice;
import lanewise.picture.Picture;
import lanewise.picture.PictureSize;

/**
 * Two folders of pictures that have nothing to do with each other. As in the original, an epoch is
 * as long as the larger folder has pictures; each A, in its turn, comes with a random B.
 */
public final class UnpairedPictures implements PicturePairs {
  private static final String[] TRAIN_A = {"trainA", "A"};
  private static final String[] TRAIN_B = {"trainB", "B"};
  private static final String[] HELD_OUT_A = {"testA", "valA"};
  private static final String[] HELD_OUT_B = {"testB", "valB"};

  private final Two training;
  private final Two samples;
  private final PictureKinds kinds;
  private final PicturePlan plan;
  private final Map<PictureSize, Path> sizes;
  private final String name;

  /** What is translated, and what it is to become. */
  private record Two(PictureFolder input, PictureFolder output) {

    void forEachPicture(ObjIntConsumer<PictureFolder> check) {
      for (PictureFolder folder : List.of(input, output)) {
        for (int i = 0; i < folder.size(); i++) {
          check.accept(folder, i);
        }
      }
    }
  }

  private UnpairedPictures(
      Path root,
      Two training,
      Map<PictureSize, Path> sizes,
      Two samples,
      PictureKinds kinds,
      PicturePlan plan) {
    this.training = training;
    this.sizes = sizes;
    this.samples = samples;
    this.kinds = kinds;
    this.plan = plan;
    name =
        "%s (%,d to %,d pictures)".formatted(root, training.input.size(), training.output.size());
  }

  /**
   * Opens the pictures of {@code root/trainA} and {@code root/trainB}, or of {@code root/A} and
   * {@code root/B}. Samples are made of {@code testA} and {@code testB} if there are any.
   *
   * @param maxPixels what width times height of a file may be
   * @throws UserException if a folder is missing or empty, a file is cut off, or a picture is too
   *     small for what is to be cut out of it
   */
  public static UnpairedPictures open(
      Path root, long maxPixels, PictureKinds kinds, PicturePlan plan) {
    Path a = PictureFolder.find(root, TRAIN_A);
    Path b = PictureFolder.find(root, TRAIN_B);
    if (a == null || b == null) {
      throw new UserException(
          Files.isDirectory(root)
              ? "%s has no folder %s; pictures of the two kinds are in trainA and trainB"
                  .formatted(root, a == null ? "trainA" : "trainB")
              : root + " is not a folder; give one with the folders trainA and trainB");
    }
    Two training = two(kinds, a, b, maxPixels);
    Map<PictureSize, Path> sizes = new LinkedHashMap<>();
    training.forEachPicture(
        (folder, i) -> {
          PictureSize size = folder.sizeOf(i);
          plan.requireLargeEnough(folder.file(i), size);
          sizes.putIfAbsent(plan.seen(size), folder.file(i));
        });
    Path testA = PictureFolder.find(root, HELD_OUT_A);
    Path testB = PictureFolder.find(root, HELD_OUT_B);
    if (testA == null || testB == null) {
      return new UnpairedPictures(root, training, sizes, training, kinds, plan);
    }
    Two samples = two(kinds, testA, testB, maxPixels);
    samples.forEachPicture(PictureFolder::sizeOf);
    return new UnpairedPictures(root, training, sizes, samples, kinds, plan);
  }

  private static Two two(PictureKinds kinds, Path a, Path b, long maxPixels) {
    PictureFolder first = PictureFolder.of(a, maxPixels);
    PictureFolder second = PictureFolder.of(b, maxPixels);
    Direction direction = kinds.direction();
    return new Two(direction.input(first, second), direction.output(first, second));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Map<PictureSize, Path> sizes() {
    return sizes;
  }

  @Override
  public int size() {
    return Math.max(training.input.size(), training.output.size());
  }

  @Override
  public PicturePair training(int index, SplittableRandom random) {
    PictureFolder output = training.output;
    Picture a = training.input.read(index % training.input.size(), kinds.inputChannels());
    Picture b = output.read(random.nextInt(output.size()), kinds.outputChannels());
    return new PicturePair(plan.apply(a, Choice.draw(random)), plan.apply(b, Choice.draw(random)));
  }

  @Override
  public int samples() {
    return Math.min(samples.input.size(), samples.output.size());
  }

  @Override
  public PicturePair sample(int index) {
    return new PicturePair(
        plan.square(samples.input.read(index, kinds.inputChannels())),
        plan.square(samples.output.read(index, kinds.outputChannels())));
  }
}
