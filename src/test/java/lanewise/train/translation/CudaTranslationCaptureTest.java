package lanewise.train.translation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Shape;
import lanewise.backend.cuda.Emulator;
import lanewise.backend.cuda.OnEmulator;
import lanewise.nn.Network;
import org.junit.jupiter.api.Test;

/** Trainings whose steps are replayed as graphs, against trainings whose steps are not. */
@OnEmulator
class CudaTranslationCaptureTest {
  private static final int STEPS = 6;

  /** Before a graph is recorded, and to record it. */
  private static final int FIRST_STEPS = 2;

  @Test
  void replayedStepsOfPix2pixComputeTheSameBits() {
    Pix2pixRecipe recipe =
        Pix2pixOptions.of(Map.of("netG", "unet_64", "cropSize", 64, "ngf", 2, "ndf", 2))
            .recipe(STEPS);
    requireSameBits(capture -> backend -> new Pix2pixTrainer(backend, recipe, 0, capture), 1, 64);
  }

  @Test
  void replayedStepsOfCycleGanComputeTheSameBits() {
    replayedStepsOfCycleGanComputeTheSameBits("lsgan");
  }

  @Test
  void replayedStepsWithAPenaltyComputeTheSameBits() {
    replayedStepsOfCycleGanComputeTheSameBits("wgangp");
  }

  private static void replayedStepsOfCycleGanComputeTheSameBits(String ganMode) {
    CycleGanRecipe recipe =
        CycleGanOptions.of(
                Map.of(
                    "ganMode",
                    ganMode,
                    "netG",
                    "resnet_1blocks",
                    "cropSize",
                    32,
                    "ngf",
                    2,
                    "ndf",
                    2,
                    "poolSize",
                    1,
                    "noDropout",
                    false))
            .recipe(STEPS);
    requireSameBits(capture -> backend -> new CycleGanTrainer(backend, recipe, 0, capture), 2, 32);
  }

  private static void requireSameBits(
      Function<Boolean, Function<Backend, TranslationTrainer>> trainers, long graphs, int side) {
    Emulator.configure("");
    try (Backend backend = Backends.open("cuda")) {
      List<float[]> expected = train(backend, trainers.apply(false), side);
      long before = Emulator.calls("cuGraphLaunch");
      List<float[]> actual = train(backend, trainers.apply(true), side);
      assertEquals(
          graphs * (STEPS - FIRST_STEPS), Emulator.calls("cuGraphLaunch") - before, "replays");
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.get(i), actual.get(i), 0, "result " + i);
      }
    }
  }

  /** The losses of each step, and the weights in the end. */
  private static List<float[]> train(
      Backend backend, Function<Backend, TranslationTrainer> trainers, int side) {
    List<float[]> values = new ArrayList<>();
    try (TranslationTrainer trainer = trainers.apply(backend)) {
      for (int i = 0; i < STEPS; i++) {
        List<Float> losses = List.copyOf(trainer.step(pictures(i, side)).values());
        float[] array = new float[losses.size()];
        for (int k = 0; k < array.length; k++) {
          array[k] = losses.get(k);
        }
        values.add(array);
      }
      for (Network network : trainer.networks().values()) {
        float[] weights = new float[network.values().shape().size()];
        backend.read(network.values(), weights);
        values.add(weights);
      }
    }
    return values;
  }

  private static PairBatch pictures(int step, int side) {
    SplittableRandom random = new SplittableRandom(step);
    return new PairBatch(images(random, side), images(random, side));
  }

  private static PairBatch.Images images(SplittableRandom random, int side) {
    Shape shape = Shape.of(1, 3, side, side);
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return new PairBatch.Images(shape, values);
  }
}
