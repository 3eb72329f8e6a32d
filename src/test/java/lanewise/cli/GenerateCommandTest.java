package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import lanewise.io.Safetensors;
import lanewise.io.TensorEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerateCommandTest {
  @TempDir static Path runs;
  @TempDir Path dir;

  @BeforeAll
  static void trainOneOfEachNorm() throws IOException {
    Path data = Cli.images(runs.resolve("images-idx3-ubyte"), 40);
    for (String norm : List.of("batch", "instance", "layer", "group", "none")) {
      Cli.run(
              "train",
              Cli.SMALL,
              List.of("--data", data, "--norm", norm, "--steps", 2, "--out", runs.resolve(norm)))
          .succeeded();
    }
  }

  private Cli.Result generate(Path model, Object... more) {
    return Cli.run("generate", "--model", model, List.of(more));
  }

  @ParameterizedTest
  @ValueSource(strings = {"batch", "instance", "layer", "group", "none"})
  void theRunsSeedGivesItsSampleGridFromTheRunAndFromTheFile(String norm) throws IOException {
    Path run = runs.resolve(norm);
    Path grid = dir.resolve("grid.png");
    byte[] expected = Files.readAllBytes(run.resolve("samples/step-000002.png"));
    generate(run, "--out", grid).succeeded();
    assertArrayEquals(expected, Files.readAllBytes(grid));
    generate(run.resolve("generator.safetensors"), "--out", grid).succeeded();
    assertArrayEquals(expected, Files.readAllBytes(grid));
  }

  @Test
  void theSameSeedGivesTheSameImages() throws IOException {
    Path run = runs.resolve("batch");
    Path[] grids = {dir.resolve("a.png"), dir.resolve("b.png"), dir.resolve("c.png")};
    generate(run, "--seed", 7, "--count", 5, "--out", grids[0]).succeeded();
    generate(run, "--seed", 7, "--count", 5, "--out", grids[1], "--threads", 1).succeeded();
    generate(run, "--seed", 8, "--count", 5, "--out", grids[2]).succeeded();
    assertEquals(-1, Files.mismatch(grids[0], grids[1]));
    assertTrue(Files.mismatch(grids[0], grids[2]) >= 0);
  }

  @Test
  void separateFilesAreSingleImages() throws IOException {
    Path folder = dir.resolve("images");
    generate(runs.resolve("layer"), "--count", 70, "--separate", folder).succeeded();
    try (var files = Files.list(folder)) {
      assertEquals(70, files.count());
    }
    BufferedImage last = ImageIO.read(folder.resolve("00069.png").toFile());
    assertEquals(16, last.getWidth());
    assertEquals(16, last.getHeight());
    byte[] before = Files.readAllBytes(folder.resolve("00000.png"));
    generate(runs.resolve("layer"), "--seed", 9, "--separate", folder)
        .failed(1, "not an empty folder");
    assertArrayEquals(before, Files.readAllBytes(folder.resolve("00000.png")));
  }

  @Test
  void impossibleCountsAreUsageErrors() {
    generate(runs.resolve("batch"), "--count", 0).failed(2, "--count must be at least 1");
    generate(runs.resolve("batch"), "--count", 10_001).failed(2, "--separate");
    generate(runs.resolve("batch"), "--out", dir).failed(2, "is a folder");
    generate(runs.resolve("batch"), "--count", 2_000_000_000, "--separate", dir.resolve("many"))
        .failed(1, "too many at once");
    assertFalse(Files.exists(dir.resolve("many")));
  }

  @Test
  void otherCommandsNameThisOne() throws IOException {
    Path run = runs.resolve("batch");
    Path grid = run.resolve("samples/step-000002.png");
    for (String command : List.of("translate", "stylize")) {
      Cli.run(command, "--model", run, grid, dir.resolve("out.png"))
          .failed(1, "from latents (dcgan): use 'lanewise generate'");
    }
    Cli.run("translate", "--model", run.resolve("discriminator.safetensors"), grid, dir)
        .failed(1, "makes no pictures of pictures");
  }

  @Test
  void whatIsNoModelIsRefused() throws IOException {
    Path out = dir.resolve("grid.png");
    generate(dir, "--out", out).failed(1, "is not a run");
    generate(dir.resolve("none.safetensors"), "--out", out).failed(1, "no such file");
    generate(runs.resolve("batch/discriminator.safetensors"), "--out", out)
        .failed(1, "discriminator.safetensors", "a discriminator, not a generator");
    generate(runs.resolve("batch"), "--norm", "layer", "--out", out)
        .failed(1, "trained with --norm-g batch, not layer");
    assertFalse(Files.exists(out));
  }

  @Test
  void aFileWithoutMetadataNeedsANormUnlessItHasRunningAverages() throws IOException {
    Path expected = dir.resolve("expected.png");
    Path grid = dir.resolve("grid.png");
    Path plain = dir.resolve("plain.safetensors");
    Safetensors.write(plain, tensors(runs.resolve("group")), Map.of());
    generate(plain, "--out", grid).failed(1, "plain.safetensors", "give --norm");
    generate(plain, "--norm", "group", "--out", grid).succeeded();
    generate(runs.resolve("group"), "--out", expected).succeeded();
    assertEquals(-1, Files.mismatch(expected, grid));

    Safetensors.write(plain, tensors(runs.resolve("batch")), Map.of());
    generate(plain, "--out", grid).succeeded();
    generate(runs.resolve("batch"), "--out", expected).succeeded();
    assertEquals(-1, Files.mismatch(expected, grid));
  }

  private static List<TensorEntry> tensors(Path run) {
    try (Safetensors file = Safetensors.open(run.resolve("generator.safetensors"))) {
      List<TensorEntry> tensors = new ArrayList<>();
      for (String name : file.names()) {
        tensors.add(new TensorEntry(name, file.shape(name), file.floats(name)));
      }
      return tensors;
    }
  }

  /** What strangers may put into a header. */
  private enum Hostile {
    HEADER_LONGER_THAN_THE_FILE(1L << 40, ""),
    NEGATIVE_LENGTH(-1, ""),
    NOT_JSON(-2, "{{{{"),
    OVERLAP(-2, tensor("a", "[2]", "[0,8]") + "," + tensor("b", "[2]", "[4,12]")),
    NEGATIVE_OFFSET(-2, tensor("main.0.weight", "[2]", "[-8,0]")),
    HUGE_SHAPE(-2, tensor("main.0.weight", "[4294967296,4294967296]", "[0,16]")),
    EMPTY_HUGE_SHAPE(
        -2,
        tensor("main.0.weight", "[0,2000000000,4,4]", "[0,0]")
            + ","
            + tensor("main.3.weight", "[2000000000,0,4,4]", "[0,0]")
            + ","
            + tensor("main.6.weight", "[0,1,4,4]", "[0,0]")),
    CONTROL_CHARACTERS(-2, tensor("\\u001b[31mx\\n", "[4]", "[0,16]"));

    private final long length;
    private final String tensors;

    Hostile(long length, String tensors) {
      this.length = length;
      this.tensors = tensors;
    }

    private static String tensor(String name, String shape, String offsets) {
      return "\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":%s}"
          .formatted(name, shape, offsets);
    }

    byte[] file() {
      byte[] header = ("{" + tensors + "}").getBytes(StandardCharsets.UTF_8);
      ByteBuffer file = ByteBuffer.allocate(8 + header.length + 16);
      file.order(ByteOrder.LITTLE_ENDIAN).putLong(length == -2 ? header.length : length);
      return file.put(header).array();
    }
  }

  @Test
  void aDcganOfPyTorchIsRead() throws IOException {
    Path file = Path.of("src/test/resources/lanewise/io/torch/dcgan.pth");
    Path out = dir.resolve("grid.png");
    generate(file, "--out", out).failed(1, "2 state dicts: 'netG'", "--state-dict");
    generate(file, "--state-dict", "netD", "--out", out).failed(1, "dcgan.pth cannot be used");
    generate(file.resolveSibling("checkpoint.pth"), "--out", out)
        .failed(1, "checkpoint.pth cannot be used", "no tensor main.0.weight", "translate");
    assertFalse(Files.exists(out));
    generate(file, "--state-dict", "netG", "--count", 4, "--out", out).succeeded();
    // Pixels of 16 x 16 images are shown as 4 x 4.
    assertEquals(2 * (4 * 16 + 2) + 2, ImageIO.read(out.toFile()).getWidth());
  }

  @ParameterizedTest
  @EnumSource
  void hostileFilesAreRefused(Hostile hostile) throws IOException {
    Path file = Files.write(dir.resolve("hostile.safetensors"), hostile.file());
    Path out = dir.resolve("grid.png");
    generate(file, "--norm", "none", "--out", out).failed(1, "hostile.safetensors");
    assertFalse(Files.exists(out));
  }

  @Test
  void aTruncatedFileIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(runs.resolve("batch/generator.safetensors"));
    Path file = dir.resolve("cut.safetensors");
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    generate(file, "--out", dir.resolve("grid.png")).failed(1, "cut.safetensors");
  }
}
