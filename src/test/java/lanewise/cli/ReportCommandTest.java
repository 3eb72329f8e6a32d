package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
  @TempDir static Path shared;
  @TempDir Path dir;

  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    Path data = Cli.images(shared.resolve("images-idx3-ubyte"), 40);
    run = shared.resolve("run");
    Cli.run("train", Cli.SMALL, List.of("--data", data, "--steps", 3, "--out", run)).succeeded();
  }

  @Test
  void aTrainingEndsWithImagesOfItsFinalWeights() throws IOException {
    Map<String, Object> nearest = JSON.std.mapFrom(Files.readString(run.resolve("nearest.json")));
    assertEquals(3, nearest.get("step"));
    assertEquals(40, nearest.get("trainingImages"));
    assertEquals(5, nearest.get("columns"));
    Map<?, ?> pixels = (Map<?, ?>) ((List<?>) nearest.get("spaces")).getFirst();
    assertEquals("pixels", pixels.get("by"));
    assertEquals(40, pixels.get("compared"));
    assertEquals(8, ((List<?>) pixels.get("nearest")).size());

    // 8 rows of images of 16 pixels, 4 times as large, with lines of 2 pixels around them.
    assertSize(5 * 66 + 2, 8 * 66 + 2, run.resolve("nearest.png"));
    assertSize(10 * 66 + 2, 8 * 66 + 2, run.resolve("interpolation.png"));
    String html = Files.readString(run.resolve("report.html"));
    assertTrue(html.contains("\"interpolation\":\"data:image/png"), "no interpolation in the page");
    assertTrue(html.contains((String) pixels.get("conclusion")), "no conclusion in the page");
  }

  @Test
  void eachCommandLineIsRemembered() throws IOException {
    Path twice = dir.resolve("run of two");
    Path data = shared.resolve("images-idx3-ubyte");
    List<Object> first = List.of("--data", data, "--steps", 1, "--out", twice);
    Cli.run("train", Cli.SMALL, first).succeeded();
    Cli.run("train", "--resume", twice, "--steps=2").succeeded();
    Map<String, Object> options = JSON.std.mapFrom(Files.readString(twice.resolve("options.json")));
    assertEquals(
        List.of(
            "lanewise train %s --data %s --steps 1 --out '%s'"
                .formatted(String.join(" ", Cli.SMALL), data, twice),
            "lanewise train --resume '%s' --steps=2".formatted(twice)),
        options.get("commands"));
  }

  private static void assertSize(int width, int height, Path png) throws IOException {
    BufferedImage image = ImageIO.read(png.toFile());
    assertEquals(width + " x " + height, image.getWidth() + " x " + image.getHeight());
  }

  @Test
  void theSameIsMadeFromTheFolderAlone() throws IOException {
    Path copy = Files.createDirectory(dir.resolve("copy"));
    Files.createDirectory(copy.resolve("checkpoint"));
    for (String file :
        List.of("options.json", "generator.safetensors", "checkpoint/progress.json")) {
      Files.copy(run.resolve(file), copy.resolve(file));
    }

    Cli.Result result = Cli.run("report", copy).succeeded();
    assertEquals(copy.resolve("report.html").toString(), result.out().strip());
    for (String file : List.of("interpolation.png", "nearest.png", "nearest.json")) {
      assertEquals(-1, Files.mismatch(run.resolve(file), copy.resolve(file)), file);
    }
  }

  @Test
  void aRunWithoutWeightsYetHasAPlainReport() throws IOException {
    Path young = Files.createDirectory(dir.resolve("young"));
    Files.copy(run.resolve("options.json"), young.resolve("options.json"));
    Cli.run("report", young).succeeded();
    assertTrue(Files.exists(young.resolve("report.html")));
    assertFalse(Files.exists(young.resolve("nearest.png")));
  }

  @Test
  void whereTheDataIsGoneThePageIsMadeOfWhatThereIs() throws IOException {
    Path moved = Files.createDirectory(dir.resolve("moved"));
    String options = Files.readString(run.resolve("options.json"));
    Files.writeString(moved.resolve("options.json"), options.replace("images-idx3-ubyte", "gone"));
    Files.copy(run.resolve("generator.safetensors"), moved.resolve("generator.safetensors"));
    Cli.run("report", moved).failed(1, "gone", "is not there");
    assertTrue(Files.exists(moved.resolve("report.html")));
  }

  @Test
  void whatIsNoRunIsRefused() {
    Cli.run("report", dir).failed(1, "is not a run");
    Cli.run("report").failed(2, "RUN");
    assertFalse(Files.exists(dir.resolve("report.html")));
  }
}
