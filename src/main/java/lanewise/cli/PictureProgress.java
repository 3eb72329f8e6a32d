package lanewise.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Path;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far a folder of pictures is: a bar at a terminal, otherwise a line for each. */
final class PictureProgress implements AutoCloseable {
  /** Clears the line that the bar is on. */
  private static final String CLEAR = "\r\033[K";

  private final PrintWriter text;
  private final ProgressBar bar;

  private PictureProgress(PrintWriter text, ProgressBar bar) {
    this.text = text;
    this.bar = bar;
  }

  /** For so many pictures. */
  static PictureProgress of(PrintWriter text, int total) {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      return new PictureProgress(text, null);
    }
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName("picture")
            .setStyle(ProgressBarStyle.ASCII)
            .setConsumer(new ConsoleProgressBarConsumer(System.out))
            .setInitialMax(total)
            .build();
    return new PictureProgress(text, bar);
  }

  void done(Path file) {
    if (bar == null) {
      text.println(file.getFileName());
      text.flush();
    } else {
      bar.step();
    }
  }

  void failed(Path file, String reason) {
    text.print(bar == null ? "" : CLEAR);
    text.printf("skipped %s: %s%n", file.getFileName(), reason);
    text.flush();
    if (bar != null) {
      bar.step();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
