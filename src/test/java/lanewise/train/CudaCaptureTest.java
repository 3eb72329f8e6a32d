package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.Emulator;
import lanewise.backend.cuda.OnEmulator;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.train.GanTrainer.StepResult;
import lanewise.train.loss.NonSaturating;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A GAN whose steps are replayed as a graph, against one whose steps are not. */
@OnEmulator
class CudaCaptureTest {
  private static final int BATCH = 4;
  private static final int STEPS = Gauges.INTERVAL;

  @ParameterizedTest
  @EnumSource(
      value = Norm.class,
      names = {"BATCH", "INSTANCE"})
  void replayedStepsComputeTheSameBits(Norm norm) {
    Emulator.configure("");
    try (Backend backend = Backends.open("cuda")) {
      List<float[]> expected = train(backend, norm, false);
      long before = Emulator.calls("cuGraphLaunch");
      List<float[]> actual = train(backend, norm, true);
      assertEquals(STEPS - 2, Emulator.calls("cuGraphLaunch") - before, "replays");
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.get(i), actual.get(i), 0, "of step " + i);
      }
    }
  }

  /** The results of each step, a sample of each, and the weights in the end. */
  private static List<float[]> train(Backend backend, Norm norm, boolean capture) {
    Dcgan model = new Dcgan(16, 1, 4, 4, 4, norm);
    List<float[]> values = new ArrayList<>();
    try (GanTrainer trainer =
        new GanTrainer(
            backend, model, Recipe.of(new NonSaturating(), AdamOptions.DCGAN, BATCH), 0, capture)) {
      for (int i = 0; i < STEPS; i++) {
        StepResult result = trainer.step(images(i));
        values.add(new float[] {result.lossD(), result.lossG(), result.dReal(), result.dFake()});
        values.add(new float[] {result.gradNormD(), result.gradNormG(), result.diversity()});
        // Between replays, what is computed must neither be stale nor disturb the next one.
        values.add(read(backend, trainer.generator().values()));
      }
    }
    return values;
  }

  private static float[] images(int seed) {
    Random random = new Random(seed);
    float[] images = new float[BATCH * 16 * 16];
    for (int i = 0; i < images.length; i++) {
      images[i] = 2 * random.nextFloat() - 1;
    }
    return images;
  }

  private static float[] read(Backend backend, Tensor tensor) {
    float[] values = new float[tensor.shape().size()];
    backend.read(tensor, values);
    return values;
  }
}
