package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Random;
import lanewise.FreshJvm;
import lanewise.backend.Backend;
import lanewise.backend.BackendOptions;
import lanewise.backend.Backends;
import lanewise.backend.PooledBackend;
import lanewise.backend.simd.SimdProvider;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.train.loss.NonSaturating;
import org.junit.jupiter.api.Test;

/** What a training step allocates once everything is compiled. */
class StepAllocationTest {
  private static final long LIMIT = 64 * 1024;

  /** The JIT compiler decides when the steady state begins; after this many steps it must have. */
  private static final int LAST_STEP = 5000;

  private static final int BATCH = 8;

  @Test
  void aStepLeavesFewSmallObjects() throws IOException, InterruptedException {
    long bytesPerStep = Long.parseLong(FreshJvm.run(Steps.class).getFirst());
    assertTrue(bytesPerStep < LIMIT, "a step still allocates %,d bytes".formatted(bytesPerStep));
  }

  @Test
  void onlyTheFirstStepTakesNativeMemory() {
    try (PooledBackend engine =
            (PooledBackend) new SimdProvider().open(BackendOptions.ofThreads(2));
        GanTrainer trainer = trainer(engine)) {
      float[] images = images();
      trainer.step(images);
      long bytes = engine.pooledBytes();
      for (int i = 0; i < 5; i++) {
        trainer.step(images);
      }
      assertEquals(bytes, engine.pooledBytes());
    }
  }

  private static GanTrainer trainer(Backend backend) {
    Dcgan model = new Dcgan(32, 1, 16, 8, 8, Norm.BATCH);
    return new GanTrainer(backend, model, new NonSaturating(), AdamOptions.DCGAN, BATCH, 0);
  }

  private static float[] images() {
    float[] images = new float[BATCH * 32 * 32];
    Random random = new Random(0);
    for (int i = 0; i < images.length; i++) {
      images[i] = 2 * random.nextFloat() - 1;
    }
    return images;
  }

  /**
   * Trains until some steps allocate less than the limit, but not for ever; prints what each of
   * them allocates on the heap, in all threads. It is the least that counts: until the compiler is
   * done, and whenever another thread of the JVM allocates, there is more, which is none of the
   * step's.
   */
  static final class Steps {
    private static final int WINDOW = 50;

    private Steps() {}

    public static void main(String[] args) {
      try (Backend backend = Backends.open("simd", 2);
          GanTrainer trainer = trainer(backend)) {
        float[] images = images();
        long perStep;
        do {
          long before = heapBytes();
          for (int i = 0; i < WINDOW; i++) {
            trainer.step(images);
          }
          perStep = (heapBytes() - before) / WINDOW;
        } while (perStep >= LIMIT && trainer.steps() < LAST_STEP);
        System.out.println(perStep);
      }
    }

    private static long heapBytes() {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      return threads.getTotalThreadAllocatedBytes();
    }
  }
}
