package lanewise.backend.simd;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;

/**
 * Persistent threads that share out the chunks of one loop at a time.
 *
 * <p>Chunks are claimed one by one, so a thread that the system held up is not waited for while
 * work is left; what a chunk computes must not depend on who computes it, which makes results the
 * same for any number of threads. Idle workers spin for a moment, because the next loop usually
 * follows within microseconds, and then park.
 */
final class Workers implements AutoCloseable {

  /** The body of a parallel loop. */
  @FunctionalInterface
  interface Task {
    /**
     * Computes one chunk.
     *
     * @param worker the computing thread, from 0 on: an index into scratch memory
     */
    void run(int chunk, int worker);
  }

  /** About a millisecond: longer than the serial gaps between kernels, too short to be noticed. */
  private static final int SPINS = 20_000;

  private static final Job NONE = new Job(null, 0);

  private final Helper[] helpers;
  private volatile Job job = NONE;
  private volatile boolean closed;

  Workers(int threads) {
    helpers = new Helper[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Helper(i + 1);
      helpers[i].start();
    }
  }

  int threads() {
    return helpers.length + 1;
  }

  /**
   * Runs {@code task} for each chunk from 0 to {@code chunks - 1} and returns when all are done.
   */
  void run(int chunks, Task task) {
    if (chunks == 1 || helpers.length == 0) {
      for (int chunk = 0; chunk < chunks; chunk++) {
        task.run(chunk, 0);
      }
      return;
    }
    Job mine = new Job(task, chunks);
    job = mine;
    for (Helper helper : helpers) {
      if (helper.parked) {
        LockSupport.unpark(helper);
      }
    }
    mine.work(0);
    mine.await();
    job = NONE;
  }

  @Override
  public void close() {
    closed = true;
    for (Helper helper : helpers) {
      LockSupport.unpark(helper);
    }
  }

  private static final class Job {
    private static final AtomicIntegerFieldUpdater<Job> NEXT =
        AtomicIntegerFieldUpdater.newUpdater(Job.class, "next");
    private static final AtomicIntegerFieldUpdater<Job> DONE =
        AtomicIntegerFieldUpdater.newUpdater(Job.class, "done");

    private final Task task;
    private final int chunks;
    private volatile int next;
    private volatile int done;
    private volatile Throwable failure;

    Job(Task task, int chunks) {
      this.task = task;
      this.chunks = chunks;
    }

    void work(int worker) {
      for (int chunk = claim(); chunk < chunks; chunk = claim()) {
        try {
          task.run(chunk, worker);
        } catch (Throwable t) {
          failure = t;
        } finally {
          DONE.incrementAndGet(this);
        }
      }
    }

    private int claim() {
      return NEXT.getAndIncrement(this);
    }

    void await() {
      for (int spin = 0; done < chunks; spin++) {
        if (spin < SPINS) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
      }
      switch (failure) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable t -> throw new IllegalStateException(t);
      }
    }
  }

  private final class Helper extends Thread {
    private final int worker;
    private volatile boolean parked;

    Helper(int worker) {
      super("lanewise-simd-" + worker);
      this.worker = worker;
      setDaemon(true);
    }

    @Override
    public void run() {
      Job last = NONE;
      while (!closed) {
        Job current = next(last);
        current.work(worker);
        last = current;
      }
    }

    /** Waits for a job other than {@code last}; returns {@code last} when the workers close. */
    private Job next(Job last) {
      int spins = 0;
      while (!closed) {
        Job current = job;
        if (current != last && current != NONE) {
          return current;
        }
        if (spins++ < SPINS) {
          Thread.onSpinWait();
        } else {
          parked = true;
          // Looked at again: a job published before the flag was set sends no wake-up.
          if ((job == last || job == NONE) && !closed) {
            LockSupport.park(Workers.this);
          }
          parked = false;
          spins = 0;
        }
      }
      return last;
    }
  }
}
