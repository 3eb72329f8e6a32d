package lanewise.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.SplittableRandom;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is in a group with whom; the numbers are held to PyTorch's. */
final class MinibatchStddevTest {
  private static final Shape IMAGES = Shape.of(8, 3, 4, 5);
  private static final int SAMPLE = 3 * 4 * 5;

  private final Backend backend = Backends.open("scalar");

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void aSampleCountsInItsOwnGroupOnly() {
    float[] images = gaussian(IMAGES);
    float[] before = deviations(images, IMAGES);
    Arrays.fill(images, 3 * SAMPLE, 4 * SAMPLE, 9);
    float[] after = deviations(images, IMAGES);
    for (int i = 0; i < 8; i++) {
      if (i % 2 == 3 % 2) {
        assertNotEquals(before[i], after[i], 0.1, "sample " + i);
        assertEquals(after[1], after[i], "sample " + i);
      } else {
        assertEquals(before[i], after[i], "sample " + i);
      }
    }
  }

  @Test
  void equalSamplesDoNotDeviate() {
    float[] images = new float[IMAGES.size()];
    Arrays.fill(images, 0.7f);
    float[] expected = new float[8];
    Arrays.fill(expected, 1e-4f);
    assertArrayEquals(expected, deviations(images, IMAGES), 1e-7f);
  }

  @Test
  void aBatchThatGroupsDoNotFillIsOneGroup() {
    Shape five = Shape.of(5, 3, 4, 5);
    float[] deviations = deviations(gaussian(five), five);
    for (float deviation : deviations) {
      assertEquals(deviations[0], deviation);
      assertEquals(0.9, deviation, 0.2);
    }
  }

  @Test
  void imagesComeThroughAndSoDoesTheShape() {
    MinibatchStddev layer = new MinibatchStddev();
    float[] images = gaussian(IMAGES);
    Variable y = layer.forward(constant(images, IMAGES), Pass.BATCH);
    assertEquals(layer.outputShape(IMAGES), y.shape());
    float[] values = new float[y.shape().size()];
    backend.read(y.tensor(), values);
    assertArrayEquals(Arrays.copyOf(images, SAMPLE), Arrays.copyOf(values, SAMPLE));
    assertEquals("MinibatchStddev, groups of 4", layer.toString());
  }

  @Test
  void aGroupOfOneIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new MinibatchStddev(1));
  }

  /** The last channel of each sample, which is one number. */
  private float[] deviations(float[] images, Shape shape) {
    Variable y = new MinibatchStddev().forward(constant(images, shape), Pass.BATCH);
    float[] values = new float[y.shape().size()];
    backend.read(y.tensor(), values);
    int sample = 4 * shape.plane();
    float[] deviations = new float[shape.n()];
    for (int i = 0; i < deviations.length; i++) {
      int last = (i + 1) * sample - 1;
      deviations[i] = values[last];
      for (int pixel = 0; pixel < shape.plane(); pixel++) {
        assertEquals(deviations[i], values[last - pixel], "pixel " + pixel);
      }
    }
    return deviations;
  }

  private Variable constant(float[] images, Shape shape) {
    Tensor tensor = backend.allocate(shape);
    backend.upload(images, tensor);
    return Variable.constant(backend, tensor);
  }

  private static float[] gaussian(Shape shape) {
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
