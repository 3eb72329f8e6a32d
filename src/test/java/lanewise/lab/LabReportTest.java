package lanewise.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import lanewise.evaluate.Metric;
import lanewise.io.Images;
import lanewise.lab.CellResult.State;
import lanewise.train.Preset;
import lanewise.train.TrainOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabReportTest {
  @TempDir Path folder;

  private final Results results =
      new LabFigures(List.of("batch", "instance", "none"), 2)
          .finished(
              "batch",
              Map.of(Metric.FRECHET, List.of(30.0, 31.0), Metric.DEPENDENCE, List.of(0.3, 0.4)))
          .finished(
              "instance",
              Map.of(Metric.FRECHET, List.of(20.0, 22.0), Metric.DEPENDENCE, List.of(0.0, 0.0)))
          .other("none", 0, State.FAILED, "the loss is </script> NaN")
          .other("none", 1, State.WAITING, "")
          .results();

  @BeforeEach
  void write() {
    for (int step : new int[] {50, 100}) {
      Path samples = folder.resolve("batch-seed0/samples/step-%06d.png".formatted(step));
      Images.writeGrid(samples, new float[4 * 64], 4, 1, 8, 8, 2);
    }
    new LabReport(folder, plan(results.grid()), "a machine").write("stopped", results);
  }

  private static Plan plan(Grid grid) {
    TrainOptions options = TrainOptions.defaults(Preset.DCGAN, "test data", 32);
    return new Plan(grid, List.of("normG", "normD"), "", options).with(100, "100 steps each");
  }

  @Test
  void aLabThatGoesOnHasTheSamePlan() {
    assertEquals(plan(results.grid()), Plan.read(folder));
  }

  @Test
  void thePageIsOneFile() throws IOException {
    String html = Files.readString(folder.resolve("lab.html"));
    assertFalse(html.contains("{{"), "a placeholder was not filled");
    assertTrue(html.contains("var uPlot="), "uPlot is not in the page");
    assertFalse(html.contains("is </script> NaN"), "the data broke out of its element");
    String markup = html.replaceAll("(?s)<script.*?</script>|<style.*?</style>|<!--.*?-->", "");
    List<String> links =
        Pattern.compile("(?:src|href)=\"([^\"]*)\"")
            .matcher(markup)
            .results()
            .map(match -> match.group(1))
            .toList();
    assertEquals(List.of("data:,"), links, "the page loads from elsewhere");
  }

  @Test
  void thePageShowsTheGridsOfEachStep() throws IOException {
    String html = Files.readString(folder.resolve("lab.html"));
    String data = html.replaceFirst("(?s).*<script type=\"application/json\" id=\"data\">", "");
    Map<String, Object> page = JSON.std.mapFrom(data.substring(0, data.indexOf("</script>")));
    List<?> grids = (List<?>) page.get("grids");
    Map<?, ?> last = (Map<?, ?>) grids.getLast();
    assertEquals(2, grids.size());
    assertEquals(100, last.get("step"));
    String image = (String) ((Map<?, ?>) last.get("images")).get("batch-seed0");
    assertTrue(image.startsWith("data:image/png;base64,"), image);
  }

  @Test
  void theTableHasMeansAndDeviations() throws IOException {
    String markdown = Files.readString(folder.resolve("lab.md"));
    assertTrue(markdown.contains("100 steps each. a machine."), markdown);
    assertTrue(
        markdown.contains(" | lower, 0 at best | 30.50 ± 0.71 | **21.0 ± 1.4** |  |  |"), markdown);
    assertTrue(markdown.contains("| 0: independent | 0.350 ± 0.071 | 0 ± 0 |  |  |"), markdown);
    assertTrue(markdown.contains("- **Trainings**: 6 are planned:"), markdown);
  }

  @Test
  void theFiguresAreThereForMachines() throws IOException {
    Map<String, Object> figures = JSON.std.mapFrom(Files.readString(folder.resolve("lab.json")));
    assertEquals("stopped", figures.get("status"));
    assertFalse(figures.containsKey("grids"));
    Map<?, ?> batch = (Map<?, ?>) ((List<?>) figures.get("variants")).getFirst();
    Map<?, ?> frechet = (Map<?, ?>) ((Map<?, ?>) batch.get("estimates")).get("frechet_lanewise");
    assertEquals(30.5, frechet.get("mean"));
    assertEquals(List.of(30.0, 31.0), frechet.get("values"));
    Map<?, ?> failed = (Map<?, ?>) ((List<?>) figures.get("cells")).get(2);
    assertEquals("failed", failed.get("state"));
    assertEquals("the loss is </script> NaN", failed.get("reason"));
  }
}
