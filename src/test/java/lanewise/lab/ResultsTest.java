package lanewise.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import lanewise.evaluate.Metric;
import lanewise.lab.CellResult.Point;
import lanewise.lab.CellResult.State;
import lanewise.lab.Results.Band;
import lanewise.train.RunFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
  private static final Variant BATCH = new Variant("batch", "non-saturating", 1);
  private static final Cell CELL = new Cell(BATCH, 0);

  @TempDir Path run;

  private static CellResult run(int seed, List<Point> curve) {
    return new CellResult(new Cell(BATCH, seed), State.STARTED, 10, "", curve, 1);
  }

  private static Point point(long step, double modes) {
    return new Point(step, Map.of(Metric.MODES, modes));
  }

  @Test
  void aBandCoversTheStepsThatAllSeedsHaveReached() {
    Grid grid = new Grid(List.of("batch"), List.of("non-saturating"), List.of(1), 3, 0);
    Reference reference = new Reference("test data", "", 10, 2000, Map.of());
    Results results =
        new Results(
            grid,
            reference,
            List.of(
                run(0, List.of(point(5, 4), point(10, 8))),
                run(1, List.of(point(5, 7))),
                run(2, List.of())));
    assertEquals(List.of(new Band(5, 5.5, 4, 7)), results.band(BATCH, Metric.MODES));
  }

  private CellResult read(long steps, String options, String... metrics) throws IOException {
    RunFolder folder = new RunFolder(run);
    Files.writeString(folder.options(), options);
    Files.writeString(folder.metrics(), String.join("\n", metrics));
    return RunReader.read(CELL, folder, steps);
  }

  @Test
  void aFinishedRunEndsWithItsScores() throws IOException {
    CellResult result =
        read(
            3,
            "{\"status\":\"finished\"}",
            "{\"step\":1,\"ms\":500,\"loss_d\":0.5}",
            "{\"step\":2,\"ms\":500,\"frechet_lanewise\":30.5,\"loss_d\":null}",
            "{\"step\":3,\"ms\":1000,\"frechet_lanewise\":20.5,\"sample_dependence\":0}");
    assertEquals(State.FINISHED, result.state());
    assertEquals(2, result.seconds(), 1e-9);
    assertEquals(new Point(2, Map.of(Metric.FRECHET, 30.5)), result.curve().getFirst());
    assertEquals(Map.of(Metric.FRECHET, 20.5, Metric.DEPENDENCE, 0.0), result.scores());
  }

  @Test
  void aRunThatIsToGoOnHasNoScoresYet() throws IOException {
    String line = "{\"step\":3,\"ms\":1,\"modes\":8}";
    CellResult longer = read(9, "{\"status\":\"finished\"}", line);
    assertEquals(State.STARTED, longer.state());
    assertEquals(Map.of(), longer.scores());
    CellResult killed = read(9, "{\"status\":\"running\"}", line, "{\"step\":4,\"m");
    assertEquals(State.STARTED, killed.state());
    assertEquals(3, killed.step());
  }

  @Test
  void aFailedRunSaysWhy() throws IOException {
    CellResult result =
        read(
            9,
            "{\"status\":\"failed\",\"failure\":\"NaN\"}",
            "{\"step\":4,\"ms\":1}",
            "{\"step\":5,\"diagnosis\":[]}");
    assertEquals(State.FAILED, result.state());
    assertEquals("NaN", result.reason());
    assertEquals(4, result.step());
  }

  @Test
  void withoutAFolderACellIsWaiting() {
    CellResult result = RunReader.read(CELL, new RunFolder(run.resolve("none")), 9);
    assertEquals(State.WAITING, result.state());
  }
}
