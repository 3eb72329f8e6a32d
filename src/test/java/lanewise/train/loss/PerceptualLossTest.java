package lanewise.train.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.perceptual.PerceptualFeatures;
import lanewise.perceptual.RandomFilters;
import lanewise.train.loss.PerceptualLoss.Terms;
import lanewise.train.loss.PerceptualLoss.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the terms mean; their values and gradients are held to PyTorch's. */
final class PerceptualLossTest {
  private static final int SIDE = 64;
  private static final Weights WEIGHTS = new Weights(1, 1, 1, true);

  private final Backend backend = Backends.open("simd");
  private final PerceptualFeatures features = new RandomFilters(backend, 1);

  @AfterEach
  void close() {
    features.close();
    backend.close();
  }

  @Test
  void thePaintingHasItsOwnStyleAndContent() {
    try (PerceptualLoss loss = loss();
        Scope _ = backend.scope()) {
      Terms terms = loss.of(stripes(8), stripes(8));
      assertEquals(0, terms.content().item());
      assertEquals(0, terms.style().item(), 1e-9);
      assertTrue(terms.tv().item() > 0);
      assertEquals(terms.tv().item(), terms.total().item(), 1e-6);
    }
  }

  @Test
  void relativeErrorsAreSharesOfThePainting() {
    try (PerceptualLoss loss = loss();
        Scope _ = backend.scope()) {
      Terms terms = loss.of(grey(), stripes(8));
      int layers = features.defaultLayers().style().size();
      assertEquals(1, terms.content().item(), 1e-3);
      assertEquals(layers - 1, terms.style().item(), 1, "all layers but colours see nothing");
      assertEquals(0, terms.tv().item());
    }
  }

  @Test
  void aPhotographOfNothingHasALoss() {
    try (PerceptualLoss loss = loss();
        Scope _ = backend.scope()) {
      assertEquals(1, loss.of(stripes(8), grey()).content().item(), 1e-3);
    }
  }

  private PerceptualLoss loss() {
    return new PerceptualLoss(
        backend, features, features.defaultLayers(), WEIGHTS, pixels(8), SIDE, SIDE);
  }

  private static float[] pixels(int period) {
    float[] pixels = new float[3 * SIDE * SIDE];
    for (int i = 0; i < pixels.length; i++) {
      int x = i % SIDE;
      pixels[i] = x % period < period / 2 ? 40 : 210;
    }
    return pixels;
  }

  private Variable stripes(int period) {
    Tensor image = backend.allocate(Shape.of(1, 3, SIDE, SIDE));
    backend.upload(pixels(period), image);
    return Variable.constant(backend, image);
  }

  private Variable grey() {
    Tensor image = backend.allocate(Shape.of(1, 3, SIDE, SIDE));
    backend.fill(image, 125);
    return Variable.constant(backend, image);
  }
}
