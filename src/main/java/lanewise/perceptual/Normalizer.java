package lanewise.perceptual;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;

/** Brings images to the {@link InputScale} of a network. */
final class Normalizer implements AutoCloseable {
  private static final Shape CHANNELS = Shape.vector(3);

  private final Variable shift;
  private final Variable factor;

  Normalizer(Backend backend, InputScale scale) {
    shift = Constants.upload(backend, CHANNELS, scale.shift());
    factor = Constants.upload(backend, CHANNELS, scale.factor());
  }

  /** From [0, 255]. */
  Variable apply(Variable images) {
    return Ops.mul(Ops.sub(images, shift), factor);
  }

  @Override
  public void close() {
    shift.tensor().close();
    factor.tensor().close();
  }
}
