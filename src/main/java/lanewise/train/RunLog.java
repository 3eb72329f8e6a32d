package lanewise.train;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import lanewise.diagnosis.Finding;

/**
 * What a run writes down of each step: {@code metrics.jsonl} and, where asked for, TensorBoard's.
 */
final class RunLog implements Closeable {
  private final RunFolder folder;
  private final BufferedWriter metrics;

  /** Or null. */
  private final TensorBoard board;

  private RunLog(RunFolder folder, BufferedWriter metrics, TensorBoard board) {
    this.folder = folder;
    this.metrics = metrics;
    this.board = board;
  }

  /**
   * Begins or goes on.
   *
   * @param lastStep after which the training goes on; what was written of later ones is removed
   * @throws lanewise.UserException if a file cannot be written
   */
  static RunLog open(RunFolder folder, TaskOptions options, long lastStep) {
    BufferedWriter metrics = folder.appendMetrics(lastStep);
    Path events = folder.tensorboard();
    try {
      boolean wanted = options.run().tensorboard();
      TensorBoard board = wanted ? TensorBoard.open(events, options, lastStep) : null;
      return new RunLog(folder, metrics, board);
    } catch (IOException e) {
      throw RunFolder.cannotWrite(events, e);
    }
  }

  /** Adds a step. */
  void step(StepMetrics step) {
    line(step.json());
  }

  /** Adds a step that came to nothing but what is wrong with it. */
  void failure(Finding finding) {
    line(StepMetrics.json(finding));
  }

  private void line(String line) {
    write(folder.metrics(), () -> metrics.append(line).append('\n').flush());
    if (board != null) {
      write(folder.tensorboard(), () -> board.line(line));
    }
  }

  /** Adds a grid of samples that was written to its file. */
  void samples(long step) {
    if (board != null) {
      write(folder.tensorboard(), () -> board.samples(step, folder.sample(step)));
    }
  }

  @Override
  public void close() {
    write(folder.metrics(), metrics::close);
    if (board != null) {
      write(folder.tensorboard(), board::close);
    }
  }

  @FunctionalInterface
  private interface Write {
    void run() throws IOException;
  }

  private static void write(Path path, Write write) {
    try {
      write.run();
    } catch (IOException e) {
      throw RunFolder.cannotWrite(path, e);
    }
  }
}
