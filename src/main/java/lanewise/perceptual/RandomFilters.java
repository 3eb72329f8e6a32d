package lanewise.perceptual;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import lanewise.autograd.Functional;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.ConvSpec;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;

/**
 * Random filters at several scales, which carry the statistics of textures nearly as well as
 * trained ones (Ustyuzhaninov et al., "Texture Synthesis Using Shallow Convolutional Networks with
 * Random Filters", 2016): what there is to look at without a file of weights.
 *
 * <p>The paper convolves the image with filters of 3 to 55 pixels. Here each scale halves the image
 * instead and the filters stay small, which covers the same sizes for a small part of the
 * multiplications. Each scale has two layers, as one alone left out how strokes go on. The filters
 * of the first see no constant, so that its Gram matrices are not those of the mean colour; colours
 * have a layer of their own, of filters of one pixel. The content is what the second layer sees at
 * the first scale, where everything still is.
 *
 * <p>Layers are called {@code scale2_1}: the first of the second scale. Every weight follows from
 * its number and {@link SplittableRandom}'s sequence, so that the network is the same everywhere.
 */
public final class RandomFilters implements PerceptualFeatures {
  private static final String COLOUR = "colour";
  private static final String CONTENT = "scale1_2";

  private static final int SCALES = 4;
  private static final int WIDTH = 32;
  private static final int KERNEL = 5;
  private static final int SECOND_KERNEL = 3;
  private static final ConvSpec VALID = ConvSpec.of(1, 0);

  /** Halves an image by windows that overlap, so that no grid of pixels stands out. */
  private static final PoolSpec HALF = PoolSpec.of(4, 2, 1);

  /** From [0, 255] to about mean 0 and deviation 1 of photographs. */
  private static final float MIDDLE = 127.5f;

  private static final float DEVIATION = 63.75f;

  private final List<Scale> scales = new ArrayList<>();
  private final Variable colours;
  private final Variable colourBias;
  private final List<Variable> constants = new ArrayList<>();

  private record Scale(Variable first, Variable second) {}

  /**
   * The network of a seed.
   *
   * @param backend keeps its weights until {@link #close}
   */
  public RandomFilters(Backend backend, long seed) {
    SplittableRandom seeds = new SplittableRandom(seed);
    for (int i = 0; i < SCALES; i++) {
      float[] first = uniform(WIDTH * 3 * KERNEL * KERNEL, 3 * KERNEL * KERNEL, seeds);
      removeMeans(first, KERNEL * KERNEL);
      Variable firstFilter = constant(backend, Shape.filter(WIDTH, 3, KERNEL, KERNEL), first);
      int fanIn = WIDTH * SECOND_KERNEL * SECOND_KERNEL;
      Variable secondFilter =
          constant(
              backend,
              Shape.filter(WIDTH, WIDTH, SECOND_KERNEL, SECOND_KERNEL),
              uniform(WIDTH * fanIn, fanIn, seeds));
      scales.add(new Scale(firstFilter, secondFilter));
    }
    colours = constant(backend, Shape.filter(WIDTH, 3, 1, 1), uniform(WIDTH * 3, 3, seeds));
    colourBias = constant(backend, Shape.vector(WIDTH), uniform(WIDTH, 2, seeds));
  }

  private Variable constant(Backend backend, Shape shape, float[] values) {
    Variable constant = Constants.upload(backend, shape, values);
    constants.add(constant);
    return constant;
  }

  /** Uniform with variance {@code 2 / fanIn}, which keeps the variance behind ReLU (He 2015). */
  private static float[] uniform(int count, int fanIn, SplittableRandom seeds) {
    SplittableRandom random = new SplittableRandom(seeds.nextLong());
    double bound = Math.sqrt(6.0 / fanIn);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    return values;
  }

  /** Makes each plane of a filter sum to 0. */
  private static void removeMeans(float[] filters, int plane) {
    for (int at = 0; at < filters.length; at += plane) {
      double sum = 0;
      for (int i = 0; i < plane; i++) {
        sum += filters[at + i];
      }
      for (int i = 0; i < plane; i++) {
        filters[at + i] -= (float) (sum / plane);
      }
    }
  }

  @Override
  public List<String> layers() {
    List<String> layers = new ArrayList<>(List.of(COLOUR));
    for (int i = 1; i <= SCALES; i++) {
      layers.add(name(i, 1));
      layers.add(name(i, 2));
    }
    return layers;
  }

  private static String name(int scale, int layer) {
    return "scale%d_%d".formatted(scale, layer);
  }

  @Override
  public PerceptualLayers defaultLayers() {
    return new PerceptualLayers(List.of(CONTENT), layers());
  }

  @Override
  public Map<String, Variable> of(Variable images, Collection<String> wanted) {
    Set<String> missing = new HashSet<>(wanted);
    Map<String, Variable> features = new LinkedHashMap<>();
    Variable x = Ops.affine(images, 1 / DEVIATION, -MIDDLE / DEVIATION);
    if (missing.remove(COLOUR)) {
      Variable seen = Functional.conv2d(halved(x), colours, VALID);
      features.put(COLOUR, Functional.biasActivation(seen, colourBias, Activation.RELU));
    }
    for (int i = 1; i <= SCALES && !missing.isEmpty(); i++) {
      x = i == 1 ? x : halved(x);
      boolean first = missing.remove(name(i, 1));
      boolean second = missing.remove(name(i, 2));
      if (first || second) {
        Variable y = Ops.relu(Functional.conv2d(x, scales.get(i - 1).first(), VALID));
        if (first) {
          features.put(name(i, 1), y);
        }
        if (second) {
          features.put(
              name(i, 2), Ops.relu(Functional.conv2d(y, scales.get(i - 1).second(), VALID)));
        }
      }
    }
    return features;
  }

  private static Variable halved(Variable x) {
    return Functional.averagePool(x, HALF, false);
  }

  @Override
  public int smallestSide() {
    return (KERNEL + SECOND_KERNEL - 1) << (SCALES - 1);
  }

  @Override
  public String description() {
    return "random filters at %d scales".formatted(SCALES);
  }

  @Override
  public void close() {
    constants.forEach(constant -> constant.tensor().close());
  }
}
