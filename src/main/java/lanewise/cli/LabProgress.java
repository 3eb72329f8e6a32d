package lanewise.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import lanewise.lab.Cell;
import lanewise.lab.CellResult;
import lanewise.lab.CellResult.State;
import lanewise.lab.Lab;
import lanewise.train.StepMetrics;
import lanewise.train.TrainingRun;

/** Shows a lab while it runs: a line for each training, which grows at a terminal. */
final class LabProgress implements Lab.Listener {
  private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(500);

  /** Clears the line that the cursor is on. */
  private static final String CLEAR = "\r\033[K";

  private final PrintWriter out;
  private final boolean terminal;
  private final String command;
  private final int cells;
  private int number;
  private String name = "";
  private String measured = "";
  private long total;
  private Pace pace = new Pace();
  private long printed;

  /**
   * For a lab of so many cells.
   *
   * @param terminal whether a line can be written over
   * @param command that runs the lab, for the reports of its trainings
   */
  LabProgress(PrintWriter out, boolean terminal, String command, int cells) {
    this.out = out;
    this.terminal = terminal;
    this.command = command;
    this.cells = cells;
  }

  @Override
  public void begun(Cell cell, TrainingRun run) {
    run.calledBy(command);
    name = cell.name();
    measured = "";
    total = run.totalSteps();
    pace = new Pace();
  }

  @Override
  public void step(StepMetrics step) {
    pace.add(step);
    if (!step.measured().isEmpty()) {
      measured = MeasuredText.of(step.measured());
    }
    long now = System.nanoTime();
    if (terminal && now - printed >= INTERVAL) {
      printed = now;
      long done = step.step();
      Duration left = pace.of(total - done);
      out.print(
          CLEAR
              + line(number + 1, name, "step %,d of %,d".formatted(done, total), measured)
              + "  "
              + Pace.clock(left));
      out.flush();
    }
  }

  @Override
  public void ended(CellResult result, Duration left) {
    number++;
    String state =
        result.state() == State.FINISHED
            ? "%,d steps in %s"
                .formatted(
                    result.step(), Pace.clock(Duration.ofSeconds(Math.round(result.seconds()))))
            : result.state().toString();
    String more = result.reason().isEmpty() ? MeasuredText.of(result.scores()) : result.reason();
    out.println(
        (terminal ? CLEAR : "")
            + line(number, result.cell().name(), state, more)
            + (left.isZero() ? "" : "  (%s left)".formatted(Pace.clock(left))));
    out.flush();
  }

  private String line(int number, String name, String state, String more) {
    return "%3d/%d  %-26s %-22s %s".formatted(number, cells, name, state, more).stripTrailing();
  }

  /** Says something between two steps; may be called by any thread. */
  void say(String text) {
    out.println((terminal ? CLEAR : "") + text);
    out.flush();
  }
}
