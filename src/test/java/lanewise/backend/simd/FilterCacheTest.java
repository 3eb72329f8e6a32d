package lanewise.backend.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import lanewise.backend.AdamSpec;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.ConvPass;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import org.junit.jupiter.api.Test;

/** However a filter changes, the next convolution sees it. */
class FilterCacheTest {
  private static final ConvSpec SPEC = ConvSpec.of(2, 1);
  private static final Shape X = Shape.of(16, 128, 32, 32);
  private static final Shape W = Shape.filter(256, 128, 4, 4);
  private static final Shape Y = SPEC.outputShape(X, W);

  @Test
  void aChangedFilterIsTransformedAgain() {
    try (Backend backend = Backends.open("simd", 2)) {
      assertTrue(isTiled(backend, ConvPass.FORWARD, SPEC));
      Tensor block = backend.allocate(Shape.vector(2 * W.size()));
      backend.fill(block, 0);
      Tensor w = block.part(W.size(), W);
      Tensor other = backend.allocate(Shape.vector(2 * W.size()));
      backend.upload(random(2 * W.size(), 1), other);
      Tensor zero = backend.allocate(Shape.vector(2 * W.size()));
      backend.fill(zero, 0);
      Tensor rates = backend.allocate(AdamSpec.RATES);
      backend.upload(new float[] {1e-2f, 1}, rates);
      Runnable[] changes = {
        () -> backend.upload(random(W.size(), 2), w),
        () -> backend.copy(other, block),
        () -> backend.accumulate(0.5f, other, block),
        () -> backend.adam(new AdamSpec(0.5, 0.999, 1e-8), rates, block, other, zero, zero),
        () -> backend.fill(w, 0.25f),
      };
      float[] before = {};
      for (Runnable change : changes) {
        change.run();
        float[] after = forwardAndBack(backend, w);
        assertFalse(Arrays.equals(before, after));
        // The second time it is kept, the third time it is used.
        assertArrayEquals(after, forwardAndBack(backend, w), 0);
        assertArrayEquals(after, forwardAndBack(backend, w), 0);
        before = after;
      }
    }
  }

  /** The padding decides which taps meet which pixels. */
  @Test
  void oneFilterServesConvolutionsOfSeveralGeometries() {
    try (Backend backend = Backends.open("simd", 2);
        Backend fresh = Backends.open("simd", 2)) {
      Tensor w = backend.allocate(W);
      backend.upload(random(W.size(), 1), w);
      ConvSpec[] specs = {ConvSpec.of(2, 1), ConvSpec.of(2, 2), ConvSpec.of(2, 0)};
      for (int round = 0; round < 3; round++) {
        for (ConvSpec spec : specs) {
          assertTrue(isTiled(backend, ConvPass.BACKWARD_DATA, spec));
          Tensor unseen = fresh.allocate(W);
          fresh.upload(random(W.size(), 1), unseen);
          assertArrayEquals(
              dataGradient(fresh, spec, unseen), dataGradient(backend, spec, w), 0, spec::toString);
        }
      }
    }
  }

  private static boolean isTiled(Backend backend, ConvPass pass, ConvSpec spec) {
    String name = backend.algorithm(pass, spec, X, W, spec.outputShape(X, W)).name();
    return name.startsWith("Winograd");
  }

  private static float[] dataGradient(Backend backend, ConvSpec spec, Tensor w) {
    Shape shape = spec.outputShape(X, W);
    try (Tensor dx = backend.allocate(X);
        Tensor dy = backend.allocate(shape)) {
      backend.upload(random(shape.size(), 4), dy);
      backend.convBackwardData(spec, dy, w, dx);
      float[] result = new float[X.size()];
      backend.read(dx, result);
      return result;
    }
  }

  /** The sum of both directions' results with new operands, so that neither is left unseen. */
  private static float[] forwardAndBack(Backend backend, Tensor w) {
    try (Tensor x = backend.allocate(X);
        Tensor y = backend.allocate(Y)) {
      backend.upload(random(X.size(), 3), x);
      backend.convForward(SPEC, x, w, y);
      backend.convBackwardData(SPEC, y, w, x);
      float[] result = new float[X.size()];
      backend.read(x, result);
      return result;
    }
  }

  private static float[] random(int size, long seed) {
    Random random = new Random(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }
}
