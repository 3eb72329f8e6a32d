package lanewise.nn;

import lanewise.autograd.Functional;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;

/** A layer that can compute the activation behind it in the same pass. */
interface Activated {

  Variable forward(Variable x, Pass pass, Activation activation);

  /** Adds the bias, if there is one, and activates, in the memory of the product {@code y}. */
  static Variable finish(Variable y, Parameter bias, Activation activation) {
    if (bias != null) {
      return Functional.biasActivationInPlace(y, bias.variable(), activation);
    }
    return activation.slope() == 1 ? y : Ops.leakyReluInPlace(y, activation);
  }
}
