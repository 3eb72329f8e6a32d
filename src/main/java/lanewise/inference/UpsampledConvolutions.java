package lanewise.inference;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import lanewise.backend.ConvSpec;
import lanewise.backend.Interpolation;
import lanewise.backend.PadMode;
import lanewise.backend.Padding;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.GraphOperation.Array;

/**
 * Computes a convolution of 3 x 3 pixels behind a doubling of the image without the larger image:
 * as a transposed convolution of 4 x 4 pixels and stride 2, with 4/9 of the multiplications.
 *
 * <p>Of the three taps along a side, two meet the same pixel of the small image, so that they add
 * up: an even pixel is made of {@code w0} of the one before it and {@code w1 + w2}, an odd one of
 * {@code w0 + w1} and of {@code w2} of the next. Mirroring the large image by one pixel repeats the
 * border of the small one.
 */
final class UpsampledConvolutions {
  private static final Padding BORDER = Padding.all(1);

  private UpsampledConvolutions() {}

  /** The same graph with every such convolution replaced. */
  static GraphNode merged(GraphNode result) {
    return merged(result, new IdentityHashMap<>());
  }

  private static GraphNode merged(GraphNode node, Map<GraphNode, GraphNode> done) {
    GraphNode known = done.get(node);
    if (known != null) {
      return known;
    }
    List<GraphNode> inputs = node.inputs().stream().map(input -> merged(input, done)).toList();
    GraphNode same = node.of(inputs);
    GraphNode merged = same;
    if (node.operation() instanceof GraphOperation.Convolution(var weight, var bias, var spec)
        && spec.equals(ConvSpec.of(1, 0))
        && weight.dimensions()[2] == 3
        && weight.dimensions()[3] == 3
        && isMirrored(inputs.getFirst())
        && isDoubled(inputs.getFirst().inputs().getFirst())) {
      GraphNode small = inputs.getFirst().inputs().getFirst().inputs().getFirst();
      GraphNode repeated =
          new GraphNode(node.layer(), new GraphOperation.Pad(BORDER, PadMode.EDGE), List.of(small));
      merged =
          new GraphNode(
              node.layer(),
              new GraphOperation.TransposedConvolution(
                  transposed(weight), bias, ConvSpec.of(2, 3), 0),
              List.of(repeated));
    }
    done.put(node, merged);
    return merged;
  }

  private static boolean isMirrored(GraphNode node) {
    return node.operation() instanceof GraphOperation.Pad(var padding, var mode)
        && padding.equals(BORDER)
        && mode == PadMode.REFLECT;
  }

  private static boolean isDoubled(GraphNode node) {
    return node.operation() instanceof GraphOperation.Resize(double factor, var interpolation)
        && factor == 2
        && interpolation == Interpolation.NEAREST;
  }

  /** out x in x 3 x 3 to in x out x 4 x 4. */
  private static Array transposed(Array weight) {
    int outputs = (int) weight.dimensions()[0];
    int inputs = (int) weight.dimensions()[1];
    float[] taps = new float[inputs * outputs * 16];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        for (int y = 0; y < 4; y++) {
          for (int x = 0; x < 4; x++) {
            double sum = 0;
            for (int dy = Math.max(0, 2 - y); dy <= Math.min(2, 3 - y); dy++) {
              for (int dx = Math.max(0, 2 - x); dx <= Math.min(2, 3 - x); dx++) {
                sum += weight.values()[((o * inputs + i) * 3 + dy) * 3 + dx];
              }
            }
            taps[((i * outputs + o) * 4 + y) * 4 + x] = (float) sum;
          }
        }
      }
    }
    return new Array(weight.name(), new long[] {inputs, outputs, 4, 4}, taps);
  }
}
