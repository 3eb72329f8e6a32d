package lanewise.backend.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {

  @Test
  void everyChunkRunsOnceInEachOfManyLoops() {
    try (Workers workers = new Workers(3)) {
      for (int loop = 0; loop < 20_000; loop++) {
        AtomicIntegerArray runs = new AtomicIntegerArray(loop % 17 + 1);
        workers.run(runs.length(), (chunk, worker) -> runs.incrementAndGet(chunk));
        for (int chunk = 0; chunk < runs.length(); chunk++) {
          assertEquals(1, runs.get(chunk), "chunk " + chunk + " of loop " + loop);
        }
      }
    }
  }

  @Test
  void aWorkerIsNeverInTwoChunksAtOnce() {
    try (Workers workers = new Workers(4)) {
      AtomicIntegerArray inside = new AtomicIntegerArray(workers.threads());
      workers.run(
          10_000,
          (chunk, worker) -> {
            assertEquals(1, inside.incrementAndGet(worker));
            inside.decrementAndGet(worker);
          });
    }
  }

  @Test
  void aThreadThatIsHeldUpKeepsOneChunkOnly() {
    try (Workers workers = new Workers(2)) {
      CountDownLatch others = new CountDownLatch(99);
      AtomicInteger first = new AtomicInteger();
      // Ends only if the other thread takes all 99 other chunks.
      workers.run(
          100,
          (chunk, worker) -> {
            if (first.getAndIncrement() == 0) {
              await(others);
            } else {
              others.countDown();
            }
          });
      assertEquals(0, others.getCount());
    }
  }

  @Test
  void workersWakeUpAfterTheyParked() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      for (int i = 0; i < 20; i++) {
        Thread.sleep(20);
        CountDownLatch both = new CountDownLatch(2);
        // Ends only if both threads take a chunk.
        workers.run(
            2,
            (chunk, worker) -> {
              both.countDown();
              await(both);
            });
      }
    }
  }

  @Test
  void idleWorkersTakeNoTime() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      workers.run(100, (chunk, worker) -> {});
      Thread.sleep(200);
      long before = workerNanos();
      Thread.sleep(500);
      long spent = workerNanos() - before;
      assertTrue(spent < 5_000_000, spent + " ns of processor time in 500 ms of idleness");
    }
  }

  @Test
  void aFailureReachesTheCallerAndTheNextLoopRuns() {
    try (Workers workers = new Workers(2)) {
      IllegalStateException failure = new IllegalStateException("chunk 3");
      AtomicInteger runs = new AtomicInteger();
      IllegalStateException thrown =
          assertThrows(
              IllegalStateException.class,
              () ->
                  workers.run(
                      8,
                      (chunk, worker) -> {
                        if (chunk == 3) {
                          throw failure;
                        }
                        runs.incrementAndGet();
                      }));
      assertSame(failure, thrown);
      assertEquals(7, runs.get());
      workers.run(8, (chunk, worker) -> runs.incrementAndGet());
      assertEquals(15, runs.get());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS), "the other thread took no chunk");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static long workerNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long sum = 0;
    for (long id : threads.getAllThreadIds()) {
      var info = threads.getThreadInfo(id);
      if (info != null && info.getThreadName().startsWith("lanewise-simd-")) {
        sum += Math.max(0, threads.getThreadCpuTime(id));
      }
    }
    return sum;
  }
}
