package lanewise.examples;

import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** The README's second example. */
final class NormalizeImage {
  private NormalizeImage() {}

  /** {@code pixels}: 3 x 256 x 256 of one image, normalised in place. */
  static void normalize(float[] pixels) {
    // README: kernel
    try (Backend backend = Backends.open("auto")) {
      Tensor x = backend.allocate(Shape.of(1, 3, 256, 256));
      Tensor y = backend.allocate(x.shape());
      Tensor mean = backend.allocate(Shape.matrix(1, 3));
      Tensor variance = backend.allocate(Shape.matrix(1, 3));
      backend.upload(pixels, x); // channel by channel, as PyTorch has it
      NormSpec instance = new NormSpec(NormScope.INSTANCE, 1e-5f, Activation.NONE);
      Moments moments = new Moments(mean, variance, Source.INPUT);
      backend.normForward(instance, x, Affine.NONE, moments, y);
      backend.read(y, pixels);
    }
    // end
  }
}
