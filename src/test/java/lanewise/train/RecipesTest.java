package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.data.Batches;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.train.GanTrainer.StepResult;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to train a GAN, on an engine and on the scalar one. */
abstract class RecipesTest {
  private static final int STEPS = 4;

  private static final Map<String, Object> SMALL =
      Map.of("latent", 6, "ngf", 4, "ndf", 4, "batchSize", 8);

  private static final Dataset DATA = Datasets.open("fashion-mnist-10k", 16, 0, 0, _ -> {});

  private final String engine;
  private final double tolerance;

  /** {@code tolerance} is of losses, scores and penalties, relative to values of at least 1. */
  RecipesTest(String engine, double tolerance) {
    this.engine = engine;
    this.tolerance = tolerance;
  }

  static Stream<Arguments> recipes() {
    return Stream.of(
        arguments(Preset.DCGAN, Map.of()),
        arguments(Preset.LSGAN, Map.of("normD", "group")),
        arguments(Preset.WGAN_GP, Map.of("dSteps", 2)),
        arguments(Preset.SNGAN, Map.of("dSteps", 2)),
        arguments(Preset.R1, Map.of("r1Every", 2)),
        arguments(Preset.DCGAN, Map.of("loss", "minimax", "labelSmoothing", 0.1, "ema", 0.9)),
        arguments(Preset.DCGAN, Map.of("accumulate", 2, "lrSchedule", "cosine")),
        arguments(Preset.DCGAN, Map.of("pack", 2, "normG", "layer")),
        arguments(Preset.WGAN_GP, Map.of("pack", 4, "dSteps", 1, "r1", 1)),
        arguments(Preset.DCGAN, Map.of("conditional", true, "normG", "conditional-batch")));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("recipes")
  void trainsAsTheScalarEngineDoes(Preset preset, Map<String, Object> options) {
    Map<String, Object> changes = new HashMap<>(SMALL);
    changes.putAll(options);
    TrainOptions chosen = TrainOptions.defaults(preset, "", 16).with(changes);
    List<StepResult> expected = train("scalar", chosen);
    List<StepResult> actual = train(engine, chosen);
    for (int i = 0; i < STEPS; i++) {
      near(expected.get(i).lossD(), actual.get(i).lossD(), "discriminator's loss, step " + i);
      near(expected.get(i).lossG(), actual.get(i).lossG(), "generator's loss, step " + i);
      near(expected.get(i).dReal(), actual.get(i).dReal(), "score of real images, step " + i);
      near(expected.get(i).dFake(), actual.get(i).dFake(), "score of fake images, step " + i);
      near(expected.get(i).penalty(), actual.get(i).penalty(), "penalty, step " + i);
    }
    boolean penalised = chosen.objective().gp() > 0 || chosen.objective().r1() > 0;
    assertEquals(penalised, actual.getFirst().penalty() > 0, "whether there is a penalty");
    assertTrue(expected.getFirst().lossD() != expected.getLast().lossD(), "something is learned");
  }

  private void near(double expected, double actual, String what) {
    assertEquals(expected, actual, tolerance * Math.max(1, Math.abs(expected)), what);
  }

  private static List<StepResult> train(String engine, TrainOptions options) {
    List<StepResult> results = new ArrayList<>();
    try (Backend backend = Backends.open(engine);
        GanTrainer trainer =
            new GanTrainer(backend, options.model().model(DATA), options.recipe(STEPS), 1, true)) {
      Batches batches = new Batches(DATA, options.optimizer().batchSize(), 0);
      NextBatch next =
          new NextBatch(
              batches, DATA, trainer.recipe().batchesPerStep(), options.model().conditional());
      for (int step = 0; step < STEPS; step++) {
        results.add(trainer.step(next.images(step), next.labels(), () -> {}));
      }
    }
    return results;
  }
}
