package lanewise.backend.conformance;

import static lanewise.backend.conformance.ConformanceCase.in;
import static lanewise.backend.conformance.ConformanceCase.out;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.backend.conformance.ConformanceCase.Tolerance;

/** convForward, convBackwardData and convBackwardFilter over one list of geometries. */
public final class ConvolutionCases {
  /** Leaves room for Winograd's transforms. */
  private static final Tolerance TOLERANCE = Tolerance.ofScale(1e-5);

  private static final ConvSpec HALVING = ConvSpec.of(2, 1);
  private static final ConvSpec SAME = ConvSpec.of(1, 1);
  private static final ConvSpec VALID = ConvSpec.of(1, 0);

  /** A convolution, seen from its input and its filter. */
  public record Geometry(ConvSpec spec, Shape x, Shape w) {

    public Shape y() {
      return spec.outputShape(x, w);
    }

    @Override
    public String toString() {
      return "%s, %s, stride %dx%d, pad %dx%d, dilation %dx%d, groups %d"
          .formatted(
              x,
              w,
              spec.strideH(),
              spec.strideW(),
              spec.padH(),
              spec.padW(),
              spec.dilationH(),
              spec.dilationW(),
              spec.groups());
    }
  }

  private final List<Geometry> geometries = new ArrayList<>();

  static List<ConformanceCase> all() {
    List<ConformanceCase> cases = new ArrayList<>();
    for (Geometry g : geometries()) {
      ConvSpec spec = g.spec();
      cases.add(
          new ConformanceCase(
              "convForward " + g,
              List.of(in(g.x()), in(g.w())),
              List.of(out(g.y())),
              TOLERANCE,
              (b, in, out) -> b.convForward(spec, in[0], in[1], out[0])));
      cases.add(
          new ConformanceCase(
              "convBackwardData " + g,
              List.of(in(g.y()), in(g.w())),
              List.of(out(g.x())),
              TOLERANCE,
              (b, in, out) -> b.convBackwardData(spec, in[0], in[1], out[0])));
      cases.add(
          new ConformanceCase(
              "convBackwardFilter " + g,
              List.of(in(g.x()), in(g.y())),
              List.of(out(g.w())),
              TOLERANCE,
              (b, in, out) -> b.convBackwardFilter(spec, in[0], in[1], out[0])));
    }
    return cases;
  }

  public static List<Geometry> geometries() {
    ConvolutionCases table = new ConvolutionCases();
    table.kernels();
    table.channels();
    table.planes();
    table.oddities();
    table.models();
    return table.geometries.stream().distinct().toList();
  }

  private void add(ConvSpec spec, Shape x, Shape w) {
    geometries.add(new Geometry(spec, x, w));
  }

  /** Some leave rows and columns of x that no output reaches: output padding, when transposed. */
  private void kernels() {
    for (int kernel : new int[] {1, 3, 4, 7}) {
      for (int stride = 1; stride <= 3; stride++) {
        for (int pad = 0; pad <= kernel / 2; pad++) {
          add(ConvSpec.of(stride, pad), Shape.of(2, 5, 9, 8), Shape.filter(6, 5, kernel, kernel));
        }
      }
    }
  }

  private void channels() {
    for (int channels : ConformanceCases.SIZES) {
      add(HALVING, Shape.of(2, channels, 8, 8), Shape.filter(16, channels, 4, 4));
      add(HALVING, Shape.of(2, 16, 8, 8), Shape.filter(channels, 16, 4, 4));
      add(SAME, Shape.of(2, channels, 7, 7), Shape.filter(channels, channels, 3, 3));
      add(VALID, Shape.of(1, 13, 5, 9), Shape.filter(channels, 13, 1, 1));
      add(VALID, Shape.of(3, channels, 4, 4), Shape.filter(1, channels, 4, 4));
    }
    add(HALVING, Shape.of(1, 3, 16, 16), Shape.filter(3, 3, 4, 4));
    add(SAME, Shape.of(1, 3, 7, 7), Shape.filter(1, 3, 3, 3));
    add(SAME, Shape.of(1, 1, 7, 7), Shape.filter(3, 1, 3, 3));
  }

  private void planes() {
    for (int height : new int[] {1, 2, 5, 7, 13}) {
      for (int width : new int[] {1, 3, 9, 17}) {
        add(SAME, Shape.of(1, 16, height, width), Shape.filter(8, 16, 3, 3));
        if (height > 1 && width > 1) {
          add(HALVING, Shape.of(3, 8, height, width), Shape.filter(16, 8, 4, 4));
        }
      }
    }
  }

  private void oddities() {
    add(new ConvSpec(2, 1, 1, 2, 1, 1, 1), Shape.of(2, 5, 7, 9), Shape.filter(4, 5, 3, 5));
    add(new ConvSpec(1, 3, 0, 3, 1, 1, 1), Shape.of(1, 17, 5, 9), Shape.filter(3, 17, 1, 7));
    add(new ConvSpec(1, 1, 2, 2, 2, 2, 1), Shape.of(2, 6, 9, 7), Shape.filter(5, 6, 3, 3));
    add(new ConvSpec(2, 3, 3, 1, 3, 2, 1), Shape.of(2, 16, 13, 11), Shape.filter(17, 16, 3, 4));
    add(new ConvSpec(1, 1, 4, 4, 1, 1, 1), Shape.of(1, 4, 3, 3), Shape.filter(4, 4, 3, 3));
    add(new ConvSpec(3, 3, 0, 0, 1, 1, 1), Shape.of(2, 4, 11, 11), Shape.filter(4, 4, 2, 2));
    for (int groups : new int[] {2, 3}) {
      ConvSpec spec = new ConvSpec(1, 1, 1, 1, 1, 1, groups);
      add(spec, Shape.of(2, 2 * groups, 7, 7), Shape.filter(3 * groups, 2, 3, 3));
      add(spec, Shape.of(2, 16 * groups, 7, 7), Shape.filter(16 * groups, 16, 3, 3));
      ConvSpec halving = new ConvSpec(2, 2, 1, 1, 1, 1, groups);
      add(halving, Shape.of(1, 17 * groups, 8, 8), Shape.filter(5 * groups, 17, 4, 4));
    }
    for (int channels : new int[] {3, 13, 16, 33}) {
      ConvSpec depthwise = new ConvSpec(1, 1, 1, 1, 1, 1, channels);
      add(depthwise, Shape.of(2, channels, 7, 7), Shape.filter(channels, 1, 3, 3));
      add(depthwise, Shape.of(2, channels, 5, 9), Shape.filter(2 * channels, 1, 3, 3));
      ConvSpec blur = new ConvSpec(2, 2, 1, 1, 1, 1, channels);
      add(blur, Shape.of(1, channels, 9, 8), Shape.filter(channels, 1, 4, 4));
    }
  }

  /** Layers of DCGAN and of residual image translation networks. */
  private void models() {
    add(HALVING, Shape.of(2, 1, 32, 32), Shape.filter(64, 1, 4, 4));
    add(HALVING, Shape.of(2, 3, 32, 32), Shape.filter(64, 3, 4, 4));
    add(HALVING, Shape.of(1, 1, 28, 28), Shape.filter(64, 1, 4, 4));
    add(HALVING, Shape.of(2, 64, 16, 16), Shape.filter(128, 64, 4, 4));
    add(HALVING, Shape.of(2, 64, 14, 14), Shape.filter(128, 64, 4, 4));
    add(HALVING, Shape.of(2, 128, 8, 8), Shape.filter(256, 128, 4, 4));
    add(VALID, Shape.of(3, 256, 4, 4), Shape.filter(1, 256, 4, 4));
    add(VALID, Shape.of(3, 256, 4, 4), Shape.filter(100, 256, 4, 4));
    add(VALID, Shape.of(2, 128, 7, 7), Shape.filter(100, 128, 7, 7));
    add(SAME, Shape.of(1, 64, 16, 16), Shape.filter(64, 64, 3, 3));
    add(HALVING, Shape.of(2, 16, 17, 17), Shape.filter(32, 16, 3, 3));
    add(VALID, Shape.of(1, 3, 22, 22), Shape.filter(16, 3, 7, 7));
    add(VALID, Shape.of(1, 16, 22, 22), Shape.filter(3, 16, 7, 7));
  }
}
