package lanewise.perceptual;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the filters see and what they need; values are held to PyTorch's. */
final class RandomFiltersTest {
  private final Backend backend = Backends.open("scalar");

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void imagesHaveToReachTheLastScale() {
    try (RandomFilters filters = new RandomFilters(backend, 1);
        Scope _ = backend.scope()) {
      int side = filters.smallestSide();
      Map<String, Variable> seen = filters.of(grey(side, 100), filters.layers());
      assertEquals(filters.layers().size(), seen.size());
      assertEquals(Shape.of(1, 32, 1, 1), seen.get("scale4_2").shape());
      assertThrows(
          IllegalArgumentException.class, () -> filters.of(grey(side - 8, 100), filters.layers()));
    }
  }

  @Test
  void onlyColoursSeeAConstant() {
    try (RandomFilters filters = new RandomFilters(backend, 1);
        Scope _ = backend.scope()) {
      Map<String, Variable> seen = filters.of(grey(64, 200), filters.layers());
      for (String layer : filters.layers()) {
        double largest = largest(seen.get(layer));
        assertTrue(layer.equals("colour") ? largest > 0.1 : largest < 1e-5, layer + " " + largest);
      }
    }
  }

  @Test
  void aSeedAlwaysGivesTheSameFilters() {
    assertArrayEquals(seen(1), seen(1));
    assertTrue(!Arrays.equals(seen(1), seen(2)));
  }

  private float[] seen(long seed) {
    try (RandomFilters filters = new RandomFilters(backend, seed);
        Scope _ = backend.scope()) {
      Variable x = filters.of(grey(64, 30), List.of("colour")).get("colour");
      float[] values = new float[x.shape().size()];
      backend.read(x.tensor(), values);
      return values;
    }
  }

  private Variable grey(int side, float level) {
    Tensor image = backend.allocate(Shape.of(1, 3, side, side));
    backend.fill(image, level);
    return Variable.constant(backend, image);
  }

  private double largest(Variable x) {
    float[] values = new float[x.shape().size()];
    backend.read(x.tensor(), values);
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
