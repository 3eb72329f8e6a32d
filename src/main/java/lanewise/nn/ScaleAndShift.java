package lanewise.nn;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/** A normalisation's scale and shift for a pass; see {@link Modulation}. */
interface ScaleAndShift {

  /** Each 1 x C, or N x C where samples differ, or null. */
  record Tables(Variable scale, Variable shift) {}

  Tables of(Pass pass);

  /** Declares in {@code norm} what they are computed from. */
  static ScaleAndShift declare(Modulation modulation, Normalization norm, int channels) {
    return switch (modulation) {
      case Modulation.None() -> _ -> new Tables(null, null);
      case Modulation.PerChannel() -> perChannel(norm, channels);
      case Modulation.ByClass(int classes) -> byClass(norm, channels, classes);
      case Modulation.ByStyle(int size) -> byStyle(norm, channels, size);
    };
  }

  private static ScaleAndShift perChannel(Normalization norm, int channels) {
    Shape vector = Shape.vector(channels);
    Parameter weight = norm.parameter("weight", vector, Init.ONES, channels);
    Parameter bias = norm.parameter("bias", vector, Init.ZEROS, channels);
    return _ -> new Tables(weight.variable(), bias.variable());
  }

  private static ScaleAndShift byClass(Normalization norm, int channels, int classes) {
    Embedding scales = new Embedding(classes, channels, Init.ONES, Weights.PLAIN);
    Embedding shifts = new Embedding(classes, channels, Init.ZEROS, Weights.PLAIN);
    norm.child("weights", scales);
    norm.child("biases", shifts);
    return pass -> {
      Variable condition = pass.condition(norm.toString(), classes);
      return new Tables(scales.forward(condition, pass), shifts.forward(condition, pass));
    };
  }

  private static ScaleAndShift byStyle(Normalization norm, int channels, int size) {
    Linear fc = norm.child("fc", new Linear(size, 2 * channels, true));
    return pass -> {
      Variable style = fc.forward(pass.condition(norm.toString(), size), pass);
      return new Tables(
          Ops.affine(Ops.channels(style, 0, channels), 1, 1),
          Ops.channels(style, channels, channels));
    };
  }
}
