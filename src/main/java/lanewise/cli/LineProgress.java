package lanewise.cli;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import lanewise.train.StepMetrics;

/** For logs: a line at the first and last step, at every sample grid, and every five seconds. */
final class LineProgress implements Progress {
  private static final long INTERVAL = TimeUnit.SECONDS.toNanos(5);

  private final PrintWriter out;
  private final long total;
  private final int sampleEvery;
  private final Pace pace = new Pace();
  private long printed = System.nanoTime() - INTERVAL;

  LineProgress(PrintWriter out, long total, int sampleEvery) {
    this.out = out;
    this.total = total;
    this.sampleEvery = sampleEvery;
  }

  @Override
  public void step(StepMetrics metrics) {
    pace.add(metrics);
    long step = metrics.step();
    long now = System.nanoTime();
    if (now - printed >= INTERVAL || step % sampleEvery == 0 || step == total) {
      printed = now;
      out.printf(
          "step %d/%d  epoch %d  loss %s  %.0f images/s  %s left%n",
          step,
          total,
          metrics.epoch(),
          StepText.of(metrics),
          pace.imagesPerSecond(),
          Pace.clock(pace.of(total - step)));
      out.flush();
    }
    if (!metrics.measured().isEmpty()) {
      out.printf("step %d/%d  %s%n", step, total, MeasuredText.of(metrics.measured()));
      out.flush();
    }
  }

  @Override
  public void say(String line) {
    out.println(line);
  }

  @Override
  public void close() {}
}
