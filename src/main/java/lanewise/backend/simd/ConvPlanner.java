package lanewise.backend.simd;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.backend.simd.ConvPlan.Pass;

/**
 * Chooses the algorithm of each convolution, once for each shape: the one of the least estimated
 * cost.
 *
 * <p>Costs are counted in multiplications of the micro-kernels, with those that fill up panels.
 * What is moved or added costs as much as some of them; the constants are measured, for their
 * ratios.
 */
final class ConvPlanner {
  /** Packing an element of a window. */
  private static final double WINDOW = 6;

  /** Gathering and transforming an input, for each element of a plane. */
  private static final double WINOGRAD_INPUT = 12;

  /** Transforming the products. */
  private static final double WINOGRAD_OUTPUT = 12;

  /** Transforming a filter or its gradient. */
  private static final double WINOGRAD_FILTER = 16;

  /** Up to here, packing windows costs more than reading them where they lie. */
  private static final int MAX_DIRECT_CHANNELS = 4;

  /** Which algorithms are taken. */
  enum Preference {
    FASTEST,
    /** Never Winograd. */
    GEMM,
    /** Winograd wherever it is defined. */
    WINOGRAD,
    /** Direct wherever it is defined. */
    DIRECT;

    /** The one that tests force with {@code -Dlanewise.simd.conv=gemm|winograd|direct}. */
    static Preference ofProperty() {
      String forced = System.getProperty("lanewise.simd.conv");
      return forced == null ? FASTEST : valueOf(forced.toUpperCase(Locale.ROOT));
    }
  }

  private final Preference preference;
  private final Map<Call, ConvPlan> plans = new ConcurrentHashMap<>();

  ConvPlanner(Preference preference) {
    this.preference = preference;
  }

  ConvPlan plan(Pass pass, ConvSpec spec, Shape x, Shape w, Shape y) {
    return plans.computeIfAbsent(new Call(pass, spec, x, w, y), this::choose);
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
    ConvAlgorithm tiled = call.winograd();
    if (tiled == null) {
      return call.plan(product, "Winograd is for 2 or 3 taps per stride without dilation");
    }
    double ratio = call.winogradCost(tiled.winograd()) / Math.min(gemmCost, columnsCost);
    return switch (preference) {
      case FASTEST ->
          call.plan(
              ratio < 1 ? tiled : product,
              "estimate: Winograd takes %.2f of GEMM".formatted(ratio));
      case GEMM, DIRECT -> call.plan(product, "Winograd is switched off");
      case WINOGRAD -> call.plan(tiled, "Winograd is forced");
    };
  }

  /** What a plan depends on. */
  private record Call(Pass pass, ConvSpec spec, Shape x, Shape w, Shape y) {

    ConvPlan plan(ConvAlgorithm algorithm, String reason) {
      return new ConvPlan(pass, spec, x, w, y, algorithm, reason);
    }

    boolean isWholeImage() {
      return pass == Pass.BACKWARD_DATA
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

    ConvAlgorithm winograd() {
      int stride = spec.strideH();
      if (spec.strideW() != stride
          || spec.dilationH() != 1
          || spec.dilationW() != 1
          || w.h() != w.w()) {
        return null;
      }
      return w.h() == 2 * stride
          ? ConvAlgorithm.WINOGRAD_TWO_TAPS
          : w.h() == 3 * stride ? ConvAlgorithm.WINOGRAD_THREE_TAPS : null;
    }

    double gemmCost() {
      double in = w.c();
      double out = out();
      if (pass != Pass.BACKWARD_DATA) {
        return pixels(y) * w.plane() * in * (padded(out) + WINDOW);
      }
      double taps = w.plane() / (double) (spec.strideH() * spec.strideW());
      return pixels(x) * taps * out * (padded(in) + WINDOW);
    }

    double columnsCost() {
      if (pass != Pass.BACKWARD_DATA) {
        return Double.POSITIVE_INFINITY;
      }
      // Adding up the columns costs about as much as computing them.
      return 2 * pixels(y) * out() * padded(w.plane() * (double) w.c());
    }

    double winogradCost(Winograd winograd) {
      int stride = spec.strideH();
      double phases = stride * (double) stride;
      double tiles = tiles(y.h(), y.w());
      double depth = phases * Blocks.roundUp(w.c(), FilterPanels.SQUARE);
      double columns = padded(out());
      double products = 1;
      if (pass == Pass.BACKWARD_DATA) {
        tiles = tiles(Math.ceilDiv(x.h(), stride), Math.ceilDiv(x.w(), stride));
        depth = Blocks.roundUp(out(), FilterPanels.SQUARE);
        columns = padded(w.c());
        products = phases;
      }
      double multiplications = tiles * depth * columns;
      double inputs = tiles * depth * WINOGRAD_INPUT;
      double outputs = tiles * columns * WINOGRAD_OUTPUT;
      double filter = depth * columns * WINOGRAD_FILTER;
      return products * winograd.planes() * (multiplications + inputs + outputs + filter);
    }

    private int out() {
      return w.n() / spec.groups();
    }

    private double tiles(int height, int width) {
      return x.n() * (double) Math.ceilDiv(height, 2) * Math.ceilDiv(width, 2);
    }

    private static double pixels(Shape s) {
      return s.n() * (double) s.plane();
    }

    private static double padded(double columns) {
      return Math.ceil(columns / MicroKernels.COLUMNS) * MicroKernels.COLUMNS;
    }
  }
}
