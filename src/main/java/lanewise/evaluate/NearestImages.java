package lanewise.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import lanewise.UserException;
import lanewise.data.Dataset;
import lanewise.data.Subset;
import lanewise.metrics.Features;
import lanewise.metrics.NearestNeighbours;

/**
 * The training images that are nearest to some samples: whether a generator has learned its data by
 * heart.
 *
 * <p>A distance says little by itself, so some real images are looked up as well: test images, or
 * training images among the others. A sample counts as a copy if its nearest training image is less
 * than a third as far as the second (Yoon et al., "Diffusion Probabilistic Models Generalize when
 * They Fail to Memorize", 2023).
 *
 * @param space in which they are near
 * @param compared training images that were looked at
 * @param nearest for each sample, nearest first
 * @param real the distances of the real images to their nearest, ascending
 * @param heldOut whether those are no training images
 */
public record NearestImages(
    ImageSpace space, int compared, List<List<Neighbour>> nearest, double[] real, boolean heldOut) {
  /** Training images that are found for each sample, if there are as many. */
  public static final int NEIGHBOURS = 4;

  private static final int REAL_IMAGES = 32;
  private static final int PART = 512;
  private static final double COPY = 1 / 3.0;

  /** Medians of samples and real images that differ by no more than this factor are alike. */
  private static final double ALIKE = 1.25;

  /**
   * A training image near a sample.
   *
   * @param image its number in the data
   */
  public record Neighbour(int image, double distance) {}

  /**
   * Looks for the nearest training images.
   *
   * @param samples all of them in one array, PyTorch's order, values in [-1, 1]
   * @param count of samples
   * @param training at least two images
   * @param test images of the same kind that were not trained on, or null if there are none
   * @param most training images to compare with; where there are more, random ones
   * @throws UserException if a sample is not all numbers
   */
  public static NearestImages find(
      float[] samples, int count, Dataset training, Dataset test, int most, ImageSpace space) {
    requireFinite(samples);
    Subset compared = Subset.random(training, most, 0);
    Subset real = Subset.random(test == null ? compared : test, REAL_IMAGES, 0);
    Features queries = join(space.read(samples, count), space.read(pixels(real), real.size()));
    // A training image is its own nearest: the next one counts.
    int itself = test == null ? 1 : 0;
    int neighbours = Math.min(NEIGHBOURS, compared.size());
    NearestNeighbours search = new NearestNeighbours(queries, Math.max(neighbours, 1 + itself));
    for (int first = 0; first < compared.size(); first += PART) {
      int size = Math.min(PART, compared.size() - first);
      search.add(space.read(pixels(compared, first, size), size));
    }
    List<List<Neighbour>> nearest = new ArrayList<>();
    for (int sample = 0; sample < count; sample++) {
      int query = sample;
      nearest.add(
          IntStream.range(0, neighbours)
              .mapToObj(
                  rank ->
                      new Neighbour(
                          compared.original(search.point(query, rank)),
                          search.distance(query, rank)))
              .toList());
    }
    double[] distances =
        IntStream.range(count, queries.count())
            .mapToDouble(query -> search.distance(query, itself))
            .sorted()
            .toArray();
    return new NearestImages(space, compared.size(), nearest, distances, test != null);
  }

  private static void requireFinite(float[] samples) {
    for (float value : samples) {
      if (!Float.isFinite(value)) {
        throw new UserException(
            "a sample holds the value %s: the generator's weights are damaged, or its training"
                    .formatted(value)
                + " diverged");
      }
    }
  }

  private static float[] pixels(Dataset data) {
    return pixels(data, 0, data.size());
  }

  private static float[] pixels(Dataset data, int first, int count) {
    int size = data.channels() * data.height() * data.width();
    float[] pixels = new float[count * size];
    for (int i = 0; i < count; i++) {
      data.read(first + i, pixels, i * size);
    }
    return pixels;
  }

  private static Features join(Features a, Features b) {
    float[] values = Arrays.copyOf(a.values(), a.values().length + b.values().length);
    System.arraycopy(b.values(), 0, values, a.values().length, b.values().length);
    return new Features(values, a.dimensions());
  }

  /** The median distance of the samples to their nearest training image. */
  public double typical() {
    return median(nearest.stream().mapToDouble(near -> near.getFirst().distance()).sorted());
  }

  /** The same for real images. */
  public double typicalOfReal() {
    return median(Arrays.stream(real));
  }

  private static double median(DoubleStream ascending) {
    double[] values = ascending.toArray();
    return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
  }

  /** The numbers of the samples that count as copies, from 0. */
  public List<Integer> copies() {
    return IntStream.range(0, nearest.size()).filter(i -> isCopy(nearest.get(i))).boxed().toList();
  }

  private static boolean isCopy(List<Neighbour> near) {
    return near.size() > 1 && near.get(0).distance() < COPY * near.get(1).distance();
  }

  /** What follows from the figures, in one sentence. */
  public String conclusion() {
    if (!copies().isEmpty()) {
      return String.format(
          Locale.ROOT,
          "%d of %d samples copy a training image: it is less than a third as far as the next.",
          copies().size(),
          nearest.size());
    }
    double ratio = typical() / typicalOfReal();
    String figures =
        String.format(
            Locale.ROOT,
            "(median distance %.3g, of %d %s %.3g)",
            typical(),
            real.length,
            heldOut ? "test images" : "training images to the others",
            typicalOfReal());
    if (ratio > ALIKE) {
      return "No copies: the samples are farther from the training images than real images are "
          + figures
          + ", so they do not look like the data yet.";
    }
    if (ratio < 1 / ALIKE) {
      return "No copies, but the samples are nearer to training images than real images are "
          + figures
          + ": they are smoother, or keep close to what is common in the data.";
    }
    return "No sign of memorisation: the samples are as far from the training images as real"
        + " images are "
        + figures
        + ".";
  }
}
