package lanewise.backend.cuda;

import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import lanewise.backend.cuda.driver.Graph;
import lanewise.backend.cuda.driver.Stream;

/** Times work on the device, which is impossible while a graph is being recorded. */
final class Measuring {
  private static final System.Logger LOG = System.getLogger("lanewise.backend.cuda");
  private static final int ROUNDS = 3;
  private static final int RUNS = 8;
  private static final long LONG_NANOS = 5_000_000;

  private final Stream stream;
  private boolean recording;

  Measuring(Stream stream) {
    this.stream = stream;
  }

  /** Whether a graph is being recorded from here on. */
  void recording(boolean recording) {
    this.recording = recording;
  }

  /**
   * Guards what cannot be part of a graph.
   *
   * @throws IllegalStateException while one is being recorded
   */
  void requireAllowed() {
    if (recording) {
      throw new IllegalStateException(
          "an operation was to be measured that the runs before did not have");
    }
  }

  /** Waits until the device has done what is queued. */
  void finish() {
    stream.synchronize();
  }

  /** Nanoseconds that the device takes for {@code work}, at best. */
  long time(Runnable work) {
    requireAllowed();
    work.run();
    long once = elapsed(work);
    // What takes long is neither noise nor worth the time of many runs.
    return once >= LONG_NANOS ? once : timeRuns(work) / RUNS;
  }

  /**
   * Steps are replayed as graphs, where the host spends nothing on a launch. So what counts is how
   * long the runs take as a graph.
   */
  private long timeRuns(Runnable work) {
    Runnable runs = () -> IntStream.range(0, RUNS).forEach(run -> work.run());
    Optional<Graph> captured = capture(runs);
    if (captured.isEmpty()) {
      return best(runs);
    }
    try (Graph graph = captured.get()) {
      return best(() -> graph.launch(stream));
    }
  }

  private Optional<Graph> capture(Runnable runs) {
    try {
      stream.beginCapture();
      runs.run();
      return Optional.of(stream.endCapture());
    } catch (RuntimeException e) {
      stream.abandonCapture();
      LOG.log(Level.DEBUG, "What is measured is launched by itself: {0}", e.getMessage());
      return Optional.empty();
    }
  }

  private long best(Runnable runs) {
    return LongStream.generate(() -> elapsed(runs)).limit(ROUNDS).min().orElseThrow();
  }

  private long elapsed(Runnable runs) {
    finish();
    long start = System.nanoTime();
    runs.run();
    finish();
    return System.nanoTime() - start;
  }
}
