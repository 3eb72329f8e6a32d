package lanewise.cli;

import static lanewise.io.DecodedEvents.one;
import static lanewise.io.DecodedEvents.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lanewise.io.DecodedEvents;
import lanewise.io.DecodedEvents.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardOptionTest {
  @TempDir Path dir;

  private Cli.Result train(Object... more) throws IOException {
    Path data = dir.resolve("images-idx3-ubyte");
    if (!Files.exists(data)) {
      Cli.images(data, 40);
    }
    Path run = dir.resolve("run");
    List<String> every = List.of("--sample-every", "2", "--checkpoint-every", "3");
    return Cli.run("train", Cli.SMALL, every, "--data", data, "--out", run, List.of(more))
        .succeeded();
  }

  private List<List<Field>> events() throws IOException {
    return DecodedEvents.ofFolder(dir.resolve("run/tensorboard"));
  }

  private List<Long> stepsOfLosses() throws IOException {
    return events().stream()
        .filter(event -> !values(event, "loss/loss_d").isEmpty())
        .map(DecodedEvents::step)
        .toList();
  }

  @Test
  void allNumbersOfTheMetricsAreCurves() throws IOException {
    train("--steps", 4, "--tensorboard");
    List<String> lines = Files.readAllLines(dir.resolve("run/metrics.jsonl"));
    Map<String, Object> last = JSON.std.mapFrom(lines.getLast());
    List<Field> event =
        events().stream()
            .filter(e -> DecodedEvents.step(e) == 4 && !values(e, "loss/loss_d").isEmpty())
            .findFirst()
            .orElseThrow();
    assertEquals(last.size() - 1, DecodedEvents.all(one(event, 5).message(), 1).size());
    float loss = ((Number) last.get("loss_d")).floatValue();
    assertEquals(loss, one(values(event, "loss/loss_d").getFirst(), 2).value());
  }

  @Test
  void samplesAndOptionsAreThere() throws IOException {
    train("--steps", 3, "--tensorboard");
    List<Long> steps = new ArrayList<>();
    for (List<Field> event : events()) {
      for (List<Field> value : values(event, "samples")) {
        long step = DecodedEvents.step(event);
        steps.add(step);
        assertArrayEquals(
            Files.readAllBytes(dir.resolve("run/samples/step-%06d.png".formatted(step))),
            (byte[]) one(one(value, 4).message(), 4).value());
      }
    }
    assertEquals(List.of(2L, 3L), steps);
    String options =
        events().stream()
            .flatMap(event -> values(event, "options").stream())
            .map(value -> one(one(value, 8).message(), 8).text())
            .findFirst()
            .orElseThrow();
    assertTrue(options.contains("| ngf | 8 |"), options);
  }

  /** Without its checkpoint it starts again from step 0. */
  @Test
  void aResumedRunHasEachStepOnce() throws IOException {
    train("--steps", 5, "--tensorboard");
    Path run = dir.resolve("run");
    Files.move(run.resolve("checkpoint"), dir.resolve("lost"));
    Cli.run("train", "--resume", run, "--steps", 6).succeeded();
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), stepsOfLosses());
  }

  @Test
  void withoutTheOptionThereIsNone() throws IOException {
    train("--steps", 1);
    assertFalse(Files.exists(dir.resolve("run/tensorboard")));
    Cli.run("train", "--resume", dir.resolve("run"), "--steps", 2, "--tensorboard").succeeded();
    assertEquals(List.of(2L), stepsOfLosses());
  }
}
