package lanewise.onnx;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.GraphOperation.Array;
import lanewise.nn.GraphOperation.Convolution;
import lanewise.nn.GraphOperation.Linear;
import lanewise.nn.GraphOperation.RunningNorm;
import lanewise.nn.GraphOperation.TransposedConvolution;

/**
 * Multiplies a normalisation by remembered statistics into the weights of the layer before it,
 * where nothing else uses that layer's result.
 */
final class BatchNormFolding {
  private final Map<GraphNode, Integer> uses = new IdentityHashMap<>();
  private final Map<GraphNode, GraphNode> rewritten = new IdentityHashMap<>();

  private BatchNormFolding() {}

  /** The graph of {@code output} with fewer norms; computed in double precision. */
  static GraphNode apply(GraphNode output) {
    BatchNormFolding folding = new BatchNormFolding();
    folding.countUses(output);
    return folding.rewrite(output);
  }

  private void countUses(GraphNode node) {
    if (uses.merge(node, 1, Integer::sum) == 1) {
      node.inputs().forEach(this::countUses);
    }
  }

  private GraphNode rewrite(GraphNode node) {
    GraphNode known = rewritten.get(node);
    if (known != null) {
      return known;
    }
    List<GraphNode> inputs = node.inputs().stream().map(this::rewrite).toList();
    GraphNode result = inputs.equals(node.inputs()) ? node : node.of(inputs);
    if (node.operation() instanceof RunningNorm norm && uses.get(node.inputs().getFirst()) == 1) {
      GraphNode before = inputs.getFirst();
      GraphOperation folded = folded(before.operation(), norm);
      if (folded != null) {
        result = new GraphNode(before.layer(), folded, before.inputs());
      }
    }
    rewritten.put(node, result);
    return result;
  }

  /** Both in one; null if the first has no weights for that. */
  private static GraphOperation folded(GraphOperation before, RunningNorm norm) {
    double[] factors = factors(norm);
    return switch (before) {
      case Convolution(Array weight, Array bias, var spec) ->
          new Convolution(rowsScaled(weight, factors), shifted(weight, bias, norm, factors), spec);
      case Linear(Array weight, Array bias) ->
          new Linear(rowsScaled(weight, factors), shifted(weight, bias, norm, factors));
      case TransposedConvolution(Array weight, Array bias, var spec, int outputPadding) ->
          new TransposedConvolution(
              outputsScaled(weight, factors, spec.groups()),
              shifted(weight, bias, norm, factors),
              spec,
              outputPadding);
      default -> null;
    };
  }

  /** What the norm multiplies each channel by. */
  private static double[] factors(RunningNorm norm) {
    float[] variance = norm.variance().values();
    double[] factors = new double[variance.length];
    for (int c = 0; c < factors.length; c++) {
      double scale = norm.scale() == null ? 1 : norm.scale().values()[c];
      factors[c] = scale / Math.sqrt((double) variance[c] + norm.eps());
    }
    return factors;
  }

  /** Of weights whose first dimension is the outputs. */
  private static Array rowsScaled(Array weight, double[] factors) {
    float[] values = weight.values().clone();
    int row = values.length / factors.length;
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] * factors[i / row]);
    }
    return new Array(weight.name(), weight.dimensions(), values);
  }

  /** Of in x out/groups x kh x kw: the inputs of each group lie behind those of the one before. */
  private static Array outputsScaled(Array weight, double[] factors, int groups) {
    float[] values = weight.values().clone();
    int perGroup = Math.toIntExact(weight.dimensions()[1]);
    int inputsPerGroup = Math.toIntExact(weight.dimensions()[0]) / groups;
    int taps = Math.toIntExact(weight.dimensions()[2] * weight.dimensions()[3]);
    for (int i = 0; i < values.length; i++) {
      int input = i / taps / perGroup;
      int output = input / inputsPerGroup * perGroup + i / taps % perGroup;
      values[i] = (float) (values[i] * factors[output]);
    }
    return new Array(weight.name(), weight.dimensions(), values);
  }

  private static Array shifted(Array weight, Array bias, RunningNorm norm, double[] factors) {
    float[] values = new float[factors.length];
    for (int c = 0; c < values.length; c++) {
      double before = bias == null ? 0 : bias.values()[c];
      double shift = norm.shift() == null ? 0 : norm.shift().values()[c];
      values[c] = (float) ((before - norm.mean().values()[c]) * factors[c] + shift);
    }
    String name = bias == null ? weight.name().replaceFirst("weight$", "bias") : bias.name();
    return new Array(name, new long[] {values.length}, values);
  }
}
