package lanewise.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.DropoutSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the passes and the layers of a network drop; the numbers are in images.json. */
class DropoutTest {
  private static final Shape SHAPE = Shape.of(4, 16, 25, 25);

  private final Backend backend = Backends.open("scalar");

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void aPassWithoutAKeyDropsNothing() {
    assertArrayEquals(ones(), values(new Dropout(0.5f), Pass.BATCH));
    assertArrayEquals(ones(), values(new Dropout(0), Pass.BATCH.withDropout(key(1))));
  }

  @Test
  void theShareIsDroppedAndTheMeanStays() {
    for (float rate : new float[] {0.1f, 0.5f, 0.8f}) {
      float[] values = values(new Dropout(rate), Pass.BATCH.withDropout(key(1)));
      double mean = 0;
      int dropped = 0;
      for (float value : values) {
        mean += value / values.length;
        dropped += value == 0 ? 1 : 0;
      }
      // Four standard deviations of a binomial distribution.
      double limit = 4 * Math.sqrt(rate * (1 - rate) / values.length);
      assertEquals(rate, dropped / (double) values.length, limit);
      assertEquals(1, mean, limit / (1 - rate));
    }
  }

  @Test
  void otherKeysAndOtherLayersDropOtherElements() {
    Module first = new Sequential(new Dropout(0.5f), Pointwise.identity());
    Module second = new Sequential(Pointwise.identity(), new Dropout(0.5f));
    float[] values = values(first, Pass.BATCH.withDropout(key(1)));
    assertArrayEquals(values, values(first, Pass.BATCH.withDropout(key(1))));
    for (float[] other :
        new float[][] {
          values(first, Pass.BATCH.withDropout(key(2))),
          values(first, Pass.BATCH.withDropout(key(1L << 40))),
          values(second, Pass.BATCH.withDropout(key(1)))
        }) {
      int same = 0;
      for (int i = 0; i < values.length; i++) {
        same += values[i] == other[i] ? 1 : 0;
      }
      assertEquals(0.5, same / (double) values.length, 4 * 0.5 / Math.sqrt(values.length));
    }
  }

  @Test
  void everythingCannotBeDropped() {
    assertThrows(IllegalArgumentException.class, () -> new Dropout(1));
    assertThrows(IllegalArgumentException.class, () -> new Dropout(Float.NaN));
    assertFalse(Arrays.equals(DropoutSpec.key(-1), DropoutSpec.key(-2)));
  }

  private float[] values(Module layer, Pass pass) {
    try (Network network = new Network(backend, layer)) {
      Tensor x = backend.allocate(SHAPE);
      backend.fill(x, 1);
      Variable y = network.forward(Variable.constant(backend, x), pass);
      float[] values = new float[SHAPE.size()];
      backend.read(y.tensor(), values);
      return values;
    }
  }

  private Tensor key(long bits) {
    Tensor key = backend.allocate(DropoutSpec.KEY);
    backend.upload(DropoutSpec.key(bits), key);
    return key;
  }

  private static float[] ones() {
    float[] ones = new float[SHAPE.size()];
    Arrays.fill(ones, 1);
    return ones;
  }
}
