package lanewise.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Function;
import lanewise.UserException;
import lanewise.data.PicturePlan.Choice;
import lanewise.picture.Picture;
import lanewise.picture.PictureSize;

/**
 * Pictures that belong together: the two halves of one file, A to the left of B, or two files of
 * one name in two folders. Both are cut out and mirrored alike.
 */
public final class PairedPictures implements PicturePairs {
  /** Where the pictures to train on are, if not in the folder itself. */
  private static final String TRAIN = "train";

  private static final String[] HELD_OUT = {"test", "val"};

  private final Halves training;
  private final Halves samples;
  private final PictureKinds kinds;
  private final PicturePlan plan;
  private final Map<PictureSize, Path> sizes;
  private final String name;

  private PairedPictures(
      Path root,
      Halves training,
      Map<PictureSize, Path> sizes,
      Halves samples,
      PictureKinds kinds,
      PicturePlan plan) {
    this.training = training;
    this.sizes = sizes;
    this.samples = samples;
    this.kinds = kinds;
    this.plan = plan;
    name = "%s (%,d pairs)".formatted(root, training.size());
  }

  /** Where the two pictures of each pair are. */
  private sealed interface Halves {
    int size();

    /** The file that a message names. */
    Path file(int index);

    /** The sides of both pictures of a pair. */
    PictureSize sizeOf(int index);

    Picture[] read(int index, int channelsA, int channelsB);
  }

  /**
   * Opens pairs.
   *
   * <p>They are the files of {@code root/train} or of {@code root}, each with A to the left of B,
   * or those of {@code root/trainA} and {@code root/trainB}, or of {@code root/A} and {@code
   * root/B}. Samples are made of {@code test} or {@code val}, {@code testA} and {@code testB} if
   * there are any.
   *
   * @param maxPixels what width times height of a file may be
   * @throws UserException if there are no pictures, names without their counterpart, halves of
   *     different sizes, files that are cut off, or pictures too small for what is to be cut out of
   *     them
   */
  public static PairedPictures open(
      Path root, long maxPixels, PictureKinds kinds, PicturePlan plan) {
    Halves training = training(root, maxPixels);
    Map<PictureSize, Path> sizes = usableSizes(training, plan);
    Halves heldOut = heldOut(root, maxPixels);
    if (heldOut != null) {
      usableSizes(heldOut, plan);
    }
    Halves samples = heldOut == null ? training : heldOut;
    return new PairedPictures(root, training, sizes, samples, kinds, plan);
  }

  private static Halves training(Path root, long maxPixels) {
    if (!Files.isDirectory(root)) {
      throw new UserException(root + " is not a folder; give one with pairs of pictures");
    }
    Halves folders = folders(root, TRAIN, maxPixels);
    if (folders == null) {
      folders = folders(root, "", maxPixels);
    }
    if (folders != null) {
      return folders;
    }
    Path train = PictureFolder.find(root, TRAIN);
    return new SideBySide(PictureFolder.of(train == null ? root : train, maxPixels));
  }

  private static Halves heldOut(Path root, long maxPixels) {
    for (String phase : HELD_OUT) {
      Halves folders = folders(root, phase, maxPixels);
      if (folders != null) {
        return folders;
      }
      Path folder = PictureFolder.find(root, phase);
      if (folder != null && !PictureFolder.list(folder).isEmpty()) {
        return new SideBySide(PictureFolder.of(folder, maxPixels));
      }
    }
    return null;
  }

  /** Two folders, or null if there is neither. */
  private static Halves folders(Path root, String phase, long maxPixels) {
    Path a = PictureFolder.find(root, phase + "A");
    Path b = PictureFolder.find(root, phase + "B");
    if (a == null && b == null) {
      return null;
    }
    if (a == null || b == null) {
      throw new UserException(
          "%s has no folder %s beside %s; pairs are in both, or side by side in each file"
              .formatted(root, phase + (a == null ? "A" : "B"), phase + (a == null ? "B" : "A")));
    }
    return TwoFolders.of(PictureFolder.of(a, maxPixels), PictureFolder.of(b, maxPixels));
  }

  /** What training sees; see {@link #sizes}. */
  private static Map<PictureSize, Path> usableSizes(Halves halves, PicturePlan plan) {
    Map<PictureSize, Path> sizes = new LinkedHashMap<>();
    for (int i = 0; i < halves.size(); i++) {
      PictureSize size = halves.sizeOf(i);
      plan.requireLargeEnough(halves.file(i), size);
      sizes.putIfAbsent(plan.seen(size), halves.file(i));
    }
    return sizes;
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
    return training.size();
  }

  @Override
  public PicturePair training(int index, SplittableRandom random) {
    Choice choice = Choice.draw(random);
    return pair(training, index, image -> plan.apply(image, choice));
  }

  @Override
  public int samples() {
    return samples.size();
  }

  @Override
  public PicturePair sample(int index) {
    return pair(samples, index, plan::square);
  }

  private PicturePair pair(Halves halves, int index, Function<Picture, Planes> view) {
    Direction direction = kinds.direction();
    Picture[] ab =
        halves.read(
            index,
            direction.input(kinds.inputChannels(), kinds.outputChannels()),
            direction.output(kinds.inputChannels(), kinds.outputChannels()));
    return new PicturePair(
        view.apply(direction.input(ab[0], ab[1])), view.apply(direction.output(ab[0], ab[1])));
  }

  /** Files of two pictures each. */
  private record SideBySide(PictureFolder folder) implements Halves {

    @Override
    public int size() {
      return folder.size();
    }

    @Override
    public Path file(int index) {
      return folder.file(index);
    }

    @Override
    public PictureSize sizeOf(int index) {
      PictureSize both = folder.sizeOf(index);
      if (both.width() % 2 != 0) {
        throw new UserException(
            ("%s is %s pixels, which cannot be halved into A and B of one size; pairs lie side by"
                    + " side in a file, or in the folders A and B")
                .formatted(folder.file(index), both));
      }
      return new PictureSize(both.width() / 2, both.height());
    }

    @Override
    public Picture[] read(int index, int channelsA, int channelsB) {
      Picture both = folder.read(index, Math.max(channelsA, channelsB));
      int width = both.width() / 2;
      return new Picture[] {
        PictureFolder.withChannels(both.cropped(0, 0, width, both.height()), channelsA),
        PictureFolder.withChannels(both.cropped(width, 0, width, both.height()), channelsB)
      };
    }
  }

  /**
   * Two files each.
   *
   * @param inB where in the second folder the counterpart of each file of the first is
   */
  private record TwoFolders(PictureFolder a, PictureFolder b, int[] inB) implements Halves {
    private static final int NAMED = 5;

    static TwoFolders of(PictureFolder a, PictureFolder b) {
      Map<String, Integer> placesA = places(a);
      Map<String, Integer> placesB = places(b);
      List<String> complaints = new ArrayList<>();
      complain(complaints, a.root(), placesA.keySet(), placesB.keySet());
      complain(complaints, b.root(), placesB.keySet(), placesA.keySet());
      if (!complaints.isEmpty()) {
        throw new UserException(
            "Pictures without their other half: %s; give both the same name, or remove them"
                .formatted(String.join("; ", complaints)));
      }
      return new TwoFolders(a, b, placesA.keySet().stream().mapToInt(placesB::get).toArray());
    }

    /** Where the pictures are by their keys, in the folder's order. */
    private static Map<String, Integer> places(PictureFolder folder) {
      Map<String, Integer> places = new LinkedHashMap<>();
      for (int i = 0; i < folder.size(); i++) {
        Integer other = places.put(folder.key(i), i);
        if (other != null) {
          throw new UserException(
              "%s and %s have one name, so their other half is not told; rename or remove one"
                  .formatted(folder.file(other), folder.file(i)));
        }
      }
      return places;
    }

    private static void complain(
        List<String> complaints, Path folder, Set<String> there, Set<String> others) {
      TreeSet<String> names = new TreeSet<>(there);
      names.removeAll(others);
      if (!names.isEmpty()) {
        complaints.add(
            "%d in %s only (%s%s)"
                .formatted(
                    names.size(),
                    folder,
                    String.join(", ", names.stream().limit(NAMED).toList()),
                    names.size() > NAMED ? ", ..." : ""));
      }
    }

    @Override
    public int size() {
      return a.size();
    }

    @Override
    public Path file(int index) {
      return a.file(index);
    }

    @Override
    public PictureSize sizeOf(int index) {
      PictureSize size = a.sizeOf(index);
      PictureSize other = b.sizeOf(inB[index]);
      if (!size.equals(other)) {
        throw new UserException(
            "%s is %s pixels and %s is %s; both pictures of a pair have one size, so resize one"
                .formatted(a.file(index), size, b.file(inB[index]), other));
      }
      return size;
    }

    @Override
    public Picture[] read(int index, int channelsA, int channelsB) {
      return new Picture[] {a.read(index, channelsA), b.read(inB[index], channelsB)};
    }
  }
}
