package lanewise.backend.simd;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import lanewise.backend.ConvPass;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;

/**
 * Chooses the algorithm of each convolution, once for each shape: the one of the least estimated
 * cost.
 *
 * <p>Costs are counted in multiplications of the micro-kernels, with those that fill up panels.
 * What is moved or added costs as much as some of them: the constants fit the times of 147 layers'
 * passes with two threads and cold caches, where the choices take 2.2 % longer than the best ones.
 */
final class ConvPlanner {
  /** Packing an element of a window. */
  private static final double WINDOW = 12;

  /** Packing an element of a filter, and reading it from memory. */
  private static final double FILTER = 90;

  /** Gathering and transforming an input, for each element of a plane. */
  private static final double SMALL_INPUT = 45;

  private static final double LARGE_INPUT = 65;

  /** Transforming products, or for the filter's gradient that of the output. */
  private static final double OUTPUT = 45;

  /** Transforming a filter, which is found transformed every other time, for each plane. */
  private static final double WINOGRAD_FILTER = 60;

  private static final double WINOGRAD_FILTER_GRADIENT = 90;

  /** Large tiles round more, so they have to save something. */
  private static final double WORTHWHILE = 0.97;

  /** Up to here, packing each window by itself costs more than what windows share. */
  private static final int MAX_DIRECT_CHANNELS = 4;

  /** Which algorithms are taken. */
  enum Preference {
    FASTEST,
    /** Never Winograd. */
    GEMM,
    /** Winograd wherever it is defined, with tiles of 2 x 2 outputs. */
    WINOGRAD2,
    /** Winograd wherever it is defined, with tiles of 4 x 4 outputs. */
    WINOGRAD4,
    /** Direct wherever it is defined. */
    DIRECT;

    /**
     * The one that tests force with {@code -Dlanewise.simd.conv=gemm|winograd2|winograd4|direct}.
     */
    static Preference ofProperty() {
      String forced = System.getProperty("lanewise.simd.conv");
      return forced == null ? FASTEST : valueOf(forced.toUpperCase(Locale.ROOT));
    }
  }

  private final Preference preference;
  private final Map<Call, ConvPlan> plans = new ConcurrentHashMap<>();

  /** Made once, as each call of {@link #plan} would otherwise make one. */
  private final Function<Call, ConvPlan> choose = this::choose;

  ConvPlanner(Preference preference) {
    this.preference = preference;
  }

  ConvPlan plan(ConvPass pass, ConvSpec spec, Shape x, Shape w, Shape y) {
    return plans.computeIfAbsent(new Call(pass, spec, x, w, y), choose);
  }

  private ConvPlan choose(Call call) {
    if (call.isWholeImage()) {
      return call.plan(ConvAlgorithm.WHOLE_IMAGE, "the kernel is the image");
    }
    if (preference == Preference.FASTEST || preference == Preference.DIRECT) {
      if (call.isDirect()) {
        return call.plan(ConvAlgorithm.DIRECT, "few input channels");
      }
      if (call.isDirectMirrored()) {
        return call.plan(ConvAlgorithm.DIRECT_MIRRORED, "few output channels");
      }
    }
    double gemmCost = call.gemmCost();
    double columnsCost = call.columnsCost();
    ConvAlgorithm product = columnsCost < gemmCost ? ConvAlgorithm.COLUMNS : ConvAlgorithm.GEMM;
    if (!call.isTiled()) {
      return call.plan(product, "Winograd is for 2 or 3 taps per stride without dilation");
    }
    ConvAlgorithm small = call.tiled(2);
    ConvAlgorithm large = call.tiled(4);
    double smallCost = call.winogradCost(small.winograd().side());
    double largeCost = call.winogradCost(large.winograd().side());
    boolean isLarge = largeCost < WORTHWHILE * smallCost;
    ConvAlgorithm tiled = isLarge ? large : small;
    double ratio = (isLarge ? largeCost : smallCost) / Math.min(gemmCost, columnsCost);
    return switch (preference) {
      case FASTEST ->
          call.plan(
              ratio < 1 ? tiled : product,
              "estimate: %s takes %.2f of GEMM".formatted(tiled, ratio));
      case GEMM, DIRECT -> call.plan(product, "Winograd is switched off");
      case WINOGRAD2 -> call.plan(small, "Winograd is forced");
      case WINOGRAD4 -> call.plan(large, "Winograd is forced");
    };
  }

  /** What a plan depends on. */
  private record Call(ConvPass pass, ConvSpec spec, Shape x, Shape w, Shape y) {

    ConvPlan plan(ConvAlgorithm algorithm, String reason) {
      Winograd tiles = algorithm.winograd();
      return new ConvPlan(algorithm, tiles == null ? 1 : share(tiles), reason);
    }

    /** Of the direct way's multiplications; tiles that reach over the edge count as whole ones. */
    private double share(Winograd winograd) {
      int stride = spec.strideH();
      return tiles(winograd.side()) * stride * stride * winograd.planes() / (pixels(y) * w.plane());
    }

    boolean isWholeImage() {
      return pass == ConvPass.BACKWARD_DATA
          && spec.groups() == 1
          && spec.padH() == 0
          && spec.padW() == 0
          && y.plane() == 1
          && w.h() == x.h()
          && w.w() == x.w();
    }

    boolean isDirect() {
      return isPlain() && w.c() <= MAX_DIRECT_CHANNELS;
    }

    /** Without the output's pixels that see nothing but padding. */
    boolean isDirectMirrored() {
      return isPlain()
          && spec.strideH() == 1
          && spec.strideW() == 1
          && spec.padH() < w.h()
          && spec.padW() < w.w()
          && w.n() <= MAX_DIRECT_CHANNELS;
    }

    private boolean isPlain() {
      return spec.groups() == 1 && spec.dilationH() == 1 && spec.dilationW() == 1;
    }

    /** Whether there are 2 or 3 taps for each stride. */
    boolean isTiled() {
      int stride = spec.strideH();
      return spec.strideW() == stride
          && spec.dilationH() == 1
          && spec.dilationW() == 1
          && w.h() == w.w()
          && (w.h() == 2 * stride || w.h() == 3 * stride);
    }

    /** Winograd's method for these taps and tiles of so many outputs. */
    ConvAlgorithm tiled(int outputs) {
      if (w.h() == 2 * spec.strideH()) {
        return outputs == 2 ? ConvAlgorithm.WINOGRAD_F22 : ConvAlgorithm.WINOGRAD_F42;
      }
      return outputs == 2 ? ConvAlgorithm.WINOGRAD_F23 : ConvAlgorithm.WINOGRAD_F43;
    }

    double gemmCost() {
      double in = w.c();
      double out = out();
      if (pass == ConvPass.BACKWARD_DATA) {
        double taps = w.plane() / (double) (spec.strideH() * spec.strideW());
        return pixels(x) * taps * out * (padded(in) + WINDOW) + filterCost();
      }
      double products = pixels(y) * w.plane() * in * (padded(out) + WINDOW);
      return pass == ConvPass.FORWARD ? products + filterCost() : products;
    }

    double columnsCost() {
      if (pass != ConvPass.BACKWARD_DATA) {
        return Double.POSITIVE_INFINITY;
      }
      // Adding up the columns costs about as much as computing them.
      return 2 * pixels(y) * out() * padded(w.plane() * (double) w.c()) + filterCost();
    }

    private double filterCost() {
      return (double) w.plane() * w.c() * out() * FILTER;
    }

    double winogradCost(Filtering side) {
      int stride = spec.strideH();
      double phases = stride * (double) stride;
      double tiles = tiles(side);
      double depth = phases * Blocks.roundUp(w.c(), FilterPanels.SQUARE);
      double columns = padded(out());
      if (pass == ConvPass.BACKWARD_DATA) {
        depth = Blocks.roundUp(out(), FilterPanels.SQUARE);
        columns = phases * padded(w.c());
      }
      boolean isLarge = side.outputs() == 4;
      boolean isGradient = pass == ConvPass.BACKWARD_FILTER;
      double multiplications = tiles * depth * columns;
      double inputs = tiles * depth * (isLarge ? LARGE_INPUT : SMALL_INPUT);
      double outputs = tiles * columns * OUTPUT;
      double filter = depth * columns * (isGradient ? WINOGRAD_FILTER_GRADIENT : WINOGRAD_FILTER);
      double planes = side.points() * side.points();
      return planes * (multiplications + inputs + outputs + filter);
    }

    private int out() {
      return w.n() / spec.groups();
    }

    /** Tiles of the output or, seen from it, of the input of a convolution of stride 1. */
    private double tiles(Filtering side) {
      Shape tiled = pass == ConvPass.BACKWARD_DATA && spec.strideH() == 1 ? x : y;
      int outputs = side.outputs();
      return x.n() * (double) Math.ceilDiv(tiled.h(), outputs) * Math.ceilDiv(tiled.w(), outputs);
    }

    private static double pixels(Shape s) {
      return s.n() * (double) s.plane();
    }

    private static double padded(double columns) {
      return Math.ceil(columns / MicroKernels.COLUMNS) * MicroKernels.COLUMNS;
    }
  }
}
