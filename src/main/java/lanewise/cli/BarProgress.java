package lanewise.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import lanewise.train.StepMetrics;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** For people at a terminal: a bar with the losses, images/s and the time left. */
final class BarProgress implements Progress {
  private static final int UPDATE_MS = 250;

  /** Clears the line that the bar is on. */
  private static final String CLEAR = "\r\033[K";

  private final PrintStream terminal;
  private final ProgressBar bar;
  private final Pace pace = new Pace();
  private volatile Duration left;
  private String measured = "";

  /**
   * @param done steps of an earlier process
   */
  BarProgress(PrintStream terminal, long done, long total) {
    this.terminal = terminal;
    bar =
        new ProgressBarBuilder()
            .setTaskName("step")
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(UPDATE_MS)
            .setConsumer(new ConsoleProgressBarConsumer(terminal))
            .setInitialMax(total)
            .startsFrom(done, Duration.ZERO)
            .setEtaFunction(_ -> Optional.ofNullable(left))
            .build();
  }

  @Override
  public void step(StepMetrics step) {
    pace.add(step);
    left = pace.of(bar.getMax() - step.step());
    if (!step.measured().isEmpty()) {
      measured = " " + MeasuredText.of(step.measured());
    }
    bar.setExtraMessage(
        "%s %.0f images/s%s".formatted(StepText.losses(step), pace.imagesPerSecond(), measured));
    bar.stepTo(step.step());
  }

  @Override
  public void say(String line) {
    terminal.print(CLEAR + line + System.lineSeparator());
  }

  @Override
  public void close() {
    bar.close();
  }
}
