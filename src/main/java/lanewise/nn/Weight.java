package lanewise.nn;

import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/** The weight of a layer, which may be computed anew for each pass. */
sealed interface Weight permits Weight.Plain, SpectralNorm {

  /** What the layer multiplies by. */
  Variable of(Pass pass);

  /** The array that is trained for it. */
  Parameter parameter();

  Shape shape();

  /** A weight that is its parameter. */
  record Plain(Parameter parameter) implements Weight {

    @Override
    public Variable of(Pass pass) {
      return parameter.variable();
    }

    @Override
    public Shape shape() {
      return parameter.shape();
    }
  }
}
