package lanewise.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lanewise.benchmarks.Implementations;
import lanewise.benchmarks.Main;
import lanewise.benchmarks.Work;
import lanewise.benchmarks.Workload.DcganStep;

/**
 * {@code memory}: the peak resident memory of 30 DCGAN-64 steps at batch 64, one process for each
 * implementation. Linux only, where the kernel keeps count.
 */
public final class PeakMemory {
  private static final DcganStep STEP = new DcganStep(64, 3, 64);
  private static final int STEPS = 30;
  private static final Path STATUS = Path.of("/proc/self/status");

  /** The heap of {@code ./lanewise}; by default it grows with the machine's memory, used or not. */
  private static final List<String> HEAP = List.of("-XX:+UseSerialGC", "-Xms64m", "-Xmn16m");

  private PeakMemory() {}

  /** Without arguments all implementations; with a name and a number of threads, that one. */
  public static void main(List<String> arguments) throws IOException, InterruptedException {
    if (!Files.isReadable(STATUS)) {
      throw new UnsupportedOperationException("memory needs Linux: there is no " + STATUS);
    }
    if (arguments.size() == 2) {
      train(arguments.get(0), Integer.parseInt(arguments.get(1)));
      return;
    }
    int threads = Runtime.getRuntime().availableProcessors();
    System.out.printf("Peak resident memory of %d steps, %s, %d threads%n", STEPS, STEP, threads);
    for (String name : List.of("simd", "torch-nchw", "torch-nhwc")) {
      List<String> command = new ArrayList<>(Main.javaCommand());
      command.addAll(HEAP);
      command.addAll(List.of(Main.class.getName(), "memory", name, Integer.toString(threads)));
      int status = new ProcessBuilder(command).inheritIO().start().waitFor();
      if (status != 0) {
        throw new IOException(name + " ended with status " + status);
      }
    }
  }

  private static void train(String name, int threads) throws IOException {
    try (Work work = Implementations.named(name).prepare(STEP, threads)) {
      long before = kilobytes("VmHWM");
      for (int i = 0; i < STEPS; i++) {
        work.run();
      }
      System.out.printf(
          "%-10s %6d MB (%d MB before the first step)%n",
          name, kilobytes("VmHWM") / 1024, before / 1024);
    }
  }

  private static long kilobytes(String key) throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith(key + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException(STATUS + " has no " + key);
  }
}
