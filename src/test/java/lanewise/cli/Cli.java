package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Runs the program, in this JVM or in one of its own, on little data and small networks. */
final class Cli {
  /** Networks of 16 pixels and a few filters: a step takes milliseconds. */
  static final List<String> SMALL =
      List.of("--image-size=16", "--ngf=8", "--ndf=8", "--batch-size=8", "--latent=8");

  /** As {@code ./lanewise} starts the JVM. */
  static final List<String> FLAGS =
      List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");

  private static final int SIGINT = 2;

  private Cli() {}

  /** What a command left: its exit status and its two outputs. */
  record Result(int status, String out, String err) {

    Result succeeded() {
      assertEquals(0, status, err);
      return this;
    }

    /** Holds the result to an error of one line with these words in it. */
    void failed(int expected, String... words) {
      assertEquals(expected, status, err);
      assertEquals(1, err.lines().count(), err);
      assertTrue(err.startsWith("lanewise: error: "), err);
      for (String word : words) {
        assertTrue(err.contains(word), "'" + word + "' is not in: " + err);
      }
      assertFalse(err.contains("unexpected"), err);
    }
  }

  /** Runs a command in this JVM. */
  static Result run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = Stream.of(args).flatMap(Cli::flatten).toArray(String[]::new);
    int status = Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), texts);
    return new Result(status, out.toString(), err.toString());
  }

  private static Stream<String> flatten(Object arg) {
    return arg instanceof List<?> list ? list.stream().map(Object::toString) : Stream.of("" + arg);
  }

  /** The command line of a JVM of its own. */
  static List<String> command(List<String> flags, Object... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    Stream.of(args).flatMap(Cli::flatten).forEach(command::add);
    return command;
  }

  /** Starts a command line; the outputs go to files out.txt and err.txt in its working folder. */
  static Process start(Path folder, List<String> command) throws IOException {
    List<String> listening = new ArrayList<>(command);
    if (ignoresInterrupts()) {
      listening.addAll(0, List.of("env", "--default-signal=INT"));
    }
    return new ProcessBuilder(listening)
        .directory(folder.toFile())
        .redirectOutput(folder.resolve("out.txt").toFile())
        .redirectError(folder.resolve("err.txt").toFile())
        .start();
  }

  /**
   * Whether this process, and so each one it starts, ignores SIGINT: a shell has that done by what
   * it starts in the background.
   */
  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
          .anyMatch(ignored -> (ignored >> (SIGINT - 1) & 1) == 1);
    }
  }

  /** Waits for a command that {@link #start} started in that folder. */
  static Result end(Process process, Path folder) throws IOException, InterruptedException {
    int status = process.waitFor();
    String err =
        Files.readString(folder.resolve("err.txt"))
            .replace("WARNING: Using incubator modules: jdk.incubator.vector\n", "");
    return new Result(status, Files.readString(folder.resolve("out.txt")), err);
  }

  /** Writes an IDX file of noise, 28 x 28 pixels. */
  static Path images(Path file, int count) throws IOException {
    byte[] pixels = new byte[count * 28 * 28];
    new Random(1).nextBytes(pixels);
    ByteBuffer idx = ByteBuffer.allocate(16 + pixels.length);
    idx.putInt(0x0803).putInt(count).putInt(28).putInt(28).put(pixels);
    return Files.write(file, idx.array());
  }

  /** Writes 300 images of noise with two classes that are told by nothing, 28 x 28 pixels. */
  static Path labelledImages(Path folder) throws IOException {
    int count = 300;
    ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(0x0801).putInt(count);
    for (int i = 0; i < count; i++) {
      labels.put((byte) (i % 2));
    }
    Files.write(folder.resolve("train-labels-idx1-ubyte"), labels.array());
    return images(folder.resolve("train-images-idx3-ubyte"), count);
  }
}
