package lanewise.nn;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/** A normalisation's scale and shift for a pass; see {@link Modulation}. */
sealed interface ScaleAndShift {

  /** Each 1 x C, or N x C where samples differ, or null. */
  record Tables(Variable scale, Variable shift) {}

  Tables of(Pass pass);

  /** The scales that all samples share; null if there are none. */
  default GraphOperation.Array scale() {
    return null;
  }

  /** The shifts that all samples share; null if there are none. */
  default GraphOperation.Array shift() {
    return null;
  }

  /** {@code y} with the scale and the shift that the condition asks for. */
  default GraphNode describe(GraphNode y, GraphNode condition) {
    return y;
  }

  /** Declares in {@code norm} what they are computed from. */
  static ScaleAndShift declare(Modulation modulation, Normalization norm, int channels) {
    return switch (modulation) {
      case Modulation.None() -> new None();
      case Modulation.PerChannel() -> {
        Shape vector = Shape.vector(channels);
        yield new PerChannel(
            norm,
            norm.parameter("weight", vector, Init.ONES, channels),
            norm.parameter("bias", vector, Init.ZEROS, channels));
      }
      case Modulation.ByClass(int classes) -> {
        Embedding scales = new Embedding(classes, channels, Init.ONES, Weights.PLAIN);
        Embedding shifts = new Embedding(classes, channels, Init.ZEROS, Weights.PLAIN);
        norm.child("weights", scales);
        norm.child("biases", shifts);
        yield new ByClass(norm, classes, scales, shifts);
      }
      case Modulation.ByStyle(int size) ->
          new ByStyle(norm, size, channels, norm.child("fc", new Linear(size, 2 * channels, true)));
    };
  }

  /** {@link Modulation.None}. */
  record None() implements ScaleAndShift {

    @Override
    public Tables of(Pass pass) {
      return new Tables(null, null);
    }
  }

  /** {@link Modulation.PerChannel}. */
  record PerChannel(Normalization norm, Parameter weight, Parameter bias) implements ScaleAndShift {

    @Override
    public Tables of(Pass pass) {
      return new Tables(weight.variable(), bias.variable());
    }

    @Override
    public GraphOperation.Array scale() {
      return norm.array(weight);
    }

    @Override
    public GraphOperation.Array shift() {
      return norm.array(bias);
    }
  }

  /** {@link Modulation.ByClass}. */
  record ByClass(Normalization norm, int classes, Embedding scales, Embedding shifts)
      implements ScaleAndShift {

    @Override
    public Tables of(Pass pass) {
      Variable condition = pass.condition(norm.toString(), classes);
      return new Tables(scales.forward(condition, pass), shifts.forward(condition, pass));
    }

    @Override
    public GraphNode describe(GraphNode y, GraphNode condition) {
      GraphNode scaled =
          norm.node(GraphOperation.Simple.MUL, y, scales.describe(condition, condition));
      return norm.node(GraphOperation.Simple.ADD, scaled, shifts.describe(condition, condition));
    }
  }

  /** {@link Modulation.ByStyle}. */
  record ByStyle(Normalization norm, int size, int channels, Linear fc) implements ScaleAndShift {

    @Override
    public Tables of(Pass pass) {
      Variable style = fc.forward(pass.condition(norm.toString(), size), pass);
      return new Tables(
          Ops.affine(Ops.channels(style, 0, channels), 1, 1),
          Ops.channels(style, channels, channels));
    }

    @Override
    public GraphNode describe(GraphNode y, GraphNode condition) {
      GraphNode style = fc.describe(condition, condition);
      GraphNode lessOne = norm.node(new GraphOperation.Channels(0, channels), style);
      GraphNode scale = norm.node(new GraphOperation.Affine(1, 1), lessOne);
      GraphNode shift = norm.node(new GraphOperation.Channels(channels, channels), style);
      return norm.node(
          GraphOperation.Simple.ADD, norm.node(GraphOperation.Simple.MUL, y, scale), shift);
    }
  }
}
