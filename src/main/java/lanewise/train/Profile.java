package lanewise.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import lanewise.backend.Algorithm;

/**
 * Where the time of some training steps went.
 *
 * <p>What is counted are the kernel events that the backend sends to Java Flight Recorder, so that
 * a recording of any other run can be read in the same way.
 *
 * @param steps that were measured
 * @param medianMs of a step, by the wall clock
 * @param kernels of all steps, the costliest first
 */
public record Profile(int steps, double medianMs, List<Kernel> kernels) {
  private static final String EVENT = "lanewise.Kernel";

  /**
   * Calls of one kind.
   *
   * @param operation a method of {@link lanewise.backend.Backend}, with the function it applied
   * @param layer whose forward or backward pass called it, or empty
   * @param shapes of the tensors, in the operation's order
   * @param algorithm by which it was computed; {@link Algorithm#ONLY} if there is no choice
   * @param flop floating-point operations of all calls, computed the direct way; 0 for operations
   *     that memory bounds
   * @param bytes that all calls had to move
   */
  public record Kernel(
      String operation,
      String layer,
      String shapes,
      Algorithm algorithm,
      long calls,
      long nanos,
      double flop,
      double bytes) {

    private Kernel plus(Kernel other) {
      return new Kernel(
          operation,
          layer,
          shapes,
          algorithm,
          calls + other.calls,
          nanos + other.nanos,
          flop + other.flop,
          bytes + other.bytes);
    }

    private static Kernel of(RecordedEvent event) {
      String operation = event.getString("operation");
      String variant = event.getString("variant");
      return new Kernel(
          isFunction(operation) ? operation + " " + name(variant) : operation,
          event.getString("layer"),
          event.getString("shapes"),
          new Algorithm(
              event.getString("algorithm"), event.getDouble("share"), event.getString("reason")),
          1,
          event.getDuration().toNanos(),
          event.getLong("flop"),
          event.getLong("bytes"));
    }

    private static boolean isFunction(String operation) {
      return operation.equals("map") || operation.equals("zip");
    }

    /** A record's or a constant's. */
    private static String name(String variant) {
      int end = variant.indexOf('[');
      return end < 0 ? variant.toLowerCase(Locale.ROOT) : variant.substring(0, end);
    }
  }

  /** Runs and measures {@code step} so many times. */
  static Profile of(int steps, Runnable step) {
    double[] ms = new double[steps];
    try (Recording recording = new Recording()) {
      recording.enable(EVENT);
      recording.start();
      for (int i = 0; i < steps; i++) {
        long start = System.nanoTime();
        step.run();
        ms[i] = (System.nanoTime() - start) / 1e6;
      }
      recording.stop();
      Arrays.sort(ms);
      return new Profile(steps, ms[steps / 2], kernels(recording));
    }
  }

  private static List<Kernel> kernels(Recording recording) {
    try {
      Path file = Files.createTempFile("lanewise", ".jfr");
      try {
        recording.dump(file);
        List<Kernel> calls =
            RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(EVENT))
                .map(Kernel::of)
                .toList();
        return sums(calls, k -> List.of(k.operation, k.layer, k.shapes));
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("A recording could not be written and read", e);
    }
  }

  /** The kernels of each operation together. */
  public List<Kernel> operations() {
    return sums(kernels, Kernel::operation);
  }

  /** The kernels of each layer together. */
  public List<Kernel> layers() {
    return sums(kernels, Kernel::layer);
  }

  private static List<Kernel> sums(List<Kernel> kernels, Function<Kernel, Object> key) {
    Collection<Kernel> sums =
        kernels.stream().collect(Collectors.toMap(key, Function.identity(), Kernel::plus)).values();
    return sums.stream().sorted(Comparator.comparingLong(Kernel::nanos).reversed()).toList();
  }
}
