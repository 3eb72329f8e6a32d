package lanewise.data;

import static lanewise.data.SampleFiles.assertRefused;
import static lanewise.data.SampleFiles.sample;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class BatchesTest {
  private static final Dataset DATA =
      Datasets.open("fashion-mnist-10k", 0, 0, 1, SampleFiles::unexpected);

  @Test
  void anEpochVisitsEverySampleOnceAndDropsTheRest() {
    Batches batches = new Batches(DATA, 128, 5);
    assertEquals(78, batches.stepsPerEpoch());
    for (int epoch = 0; epoch < 3; epoch++) {
      BitSet seen = new BitSet();
      for (int step = 0; step < 78; step++) {
        for (int index : batches.indices(epoch * 78 + step)) {
          assertFalse(seen.get(index), "seen twice");
          seen.set(index);
        }
      }
      assertEquals(78 * 128, seen.cardinality());
      assertTrue(seen.length() <= 10_000);
    }
  }

  @Test
  void aStepDependsOnNothingBefore() {
    Batches inOrder = new Batches(DATA, 1000, 5);
    int[][] steps = new int[40][];
    for (int step = 0; step < steps.length; step++) {
      steps[step] = inOrder.indices(step);
    }
    for (int step : new int[] {39, 0, 25, 3, 3}) {
      assertArrayEquals(steps[step], inOrder.indices(step));
      assertArrayEquals(steps[step], new Batches(DATA, 1000, 5).indices(step));
    }
  }

  @Test
  void epochsAndSeedsDiffer() {
    Batches batches = new Batches(DATA, 10_000, 5);
    int[] first = batches.indices(0);
    for (int[] other :
        new int[][] {
          batches.indices(1),
          batches.indices(5),
          new Batches(DATA, 10_000, 6).indices(0),
          new Batches(DATA, 10_000, 4).indices(1)
        }) {
      int same = 0;
      for (int i = 0; i < first.length; i++) {
        same += first[i] == other[i] ? 1 : 0;
      }
      // Two random permutations agree at one place on average.
      assertEquals(1, same, 8);
    }
  }

  /** Every sample comes first equally often: chi-squared over 10 bins, 1000 epochs. */
  @Test
  void shufflesUniformly() {
    Batches batches = new Batches(new PointSet(10), 10, 3);
    int[] first = new int[10];
    for (int epoch = 0; epoch < 1000; epoch++) {
      first[batches.indices(epoch)[0]]++;
    }
    double chiSquared = Arrays.stream(first).mapToDouble(n -> (n - 100.) * (n - 100) / 100).sum();
    // 9 degrees of freedom exceed 27.9 once in a thousand.
    assertEquals(0, chiSquared, 27.9);
  }

  @Test
  void readsTheSamplesOfAStep() {
    Batches batches = new Batches(DATA, 3, 5);
    float[] batch = new float[3 * 784];
    batches.read(1234, batch);
    int[] indices = batches.indices(1234);
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(
          sample(DATA, indices[i]), Arrays.copyOfRange(batch, i * 784, (i + 1) * 784));
    }
  }

  @Test
  void refusesImpossibleBatches() {
    assertRefused(
        () -> new Batches(DATA, 10_001, 1), "10001", "fashion-mnist-10k", "at most 10000");
    assertRefused(() -> new Batches(DATA, 0, 1), "--batch-size 0");
    assertRefused(() -> new Batches(DATA, -4, 1), "--batch-size -4");
    Batches batches = new Batches(DATA, 1, 1);
    assertThrows(IndexOutOfBoundsException.class, () -> batches.indices(-1));
  }

  private record PointSet(int size) implements Dataset {
    @Override
    public String name() {
      return "points";
    }

    @Override
    public int channels() {
      return 1;
    }

    @Override
    public int height() {
      return 1;
    }

    @Override
    public int width() {
      return 1;
    }

    @Override
    public void read(int index, float[] target, int offset) {
      target[offset] = index;
    }
  }
}
