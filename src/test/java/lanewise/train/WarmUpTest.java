package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import lanewise.FreshJvm;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.train.loss.NonSaturating;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every fresh JVM reaches the speed of the best one, and soon. Vector code can be compiled badly
 * for good, depending on what the compiler saw first; a warm JVM does not show it.
 *
 * <p>What is compared is the processor time of the one thread that computes, so that neither the
 * compiler's threads nor other processes count.
 */
@Tag("fresh-jvms")
class WarmUpTest {
  private static final int JVMS = 10;
  private static final int STEPS = 12;

  /** The step, counted from 1, by which the steady state is reached. */
  private static final int WARM = 10;

  private static final double TOLERANCE = 1.3;

  @Test
  void everyJvmIsFastByItsTenthStep() throws IOException, InterruptedException {
    List<double[]> jvms = new ArrayList<>();
    for (int i = 0; i < JVMS; i++) {
      jvms.add(stepsOfFreshJvm());
    }
    double best = jvms.stream().mapToDouble(WarmUpTest::warm).min().orElseThrow();
    StringBuilder table = new StringBuilder("ms of processor time, step by step:");
    jvms.forEach(ms -> table.append("\n  ").append(Arrays.toString(ms)));
    System.out.println(table);
    for (double[] ms : jvms) {
      assertTrue(warm(ms) <= TOLERANCE * best, () -> "one is slow, " + table);
    }
  }

  /** The median of the last steps, the first of which is {@link #WARM}. */
  private static double warm(double[] ms) {
    double[] last = Arrays.copyOfRange(ms, WARM - 1, STEPS);
    Arrays.sort(last);
    return last[last.length / 2];
  }

  private static double[] stepsOfFreshJvm() throws IOException, InterruptedException {
    return FreshJvm.run(Steps.class).stream().mapToDouble(Double::parseDouble).toArray();
  }

  /** Trains and prints the milliseconds of each step. */
  static final class Steps {
    private static final int BATCH = 32;

    private Steps() {}

    public static void main(String[] args) {
      try (Backend backend = Backends.open("simd", 1);
          GanTrainer trainer =
              new GanTrainer(
                  backend,
                  new Dcgan(32, 1, Norm.BATCH),
                  new NonSaturating(),
                  AdamOptions.DCGAN,
                  BATCH,
                  0)) {
        float[] images = new float[BATCH * 32 * 32];
        Random random = new Random(0);
        for (int i = 0; i < images.length; i++) {
          images[i] = 2 * random.nextFloat() - 1;
        }
        for (int i = 0; i < STEPS; i++) {
          long start = cpuNanos();
          trainer.step(images);
          System.out.println((cpuNanos() - start) / 1_000_000);
        }
      }
    }

    private static long cpuNanos() {
      return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
  }
}
