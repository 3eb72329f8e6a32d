package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.Emulator;
import lanewise.backend.cuda.OnEmulator;
import lanewise.model.Dcgan;
import lanewise.model.Gan;
import lanewise.model.GanSpec;
import lanewise.model.Norm;
import lanewise.model.ResnetGan;
import lanewise.model.Upsampling;
import lanewise.train.GanTrainer.StepResult;
import lanewise.train.Recipe.Penalties;
import lanewise.train.loss.NonSaturating;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A GAN whose steps are replayed as a graph, against one whose steps are not. */
@OnEmulator
class CudaCaptureTest {
  private static final int BATCH = 4;
  private static final int STEPS = GradientNorms.INTERVAL;
  private static final int CLASSES = 3;

  static List<Arguments> models() {
    Penalties r1 = new Penalties(0, 1, 1);
    return List.of(
        arguments(new Dcgan(16, 1, 4, 4, 4, Norm.BATCH), Penalties.NONE),
        arguments(new Dcgan(16, 1, 4, 4, 4, Norm.INSTANCE), Penalties.NONE),
        arguments(new Dcgan(byClass(Norm.CONDITIONAL_BATCH, Norm.INSTANCE)), r1),
        arguments(new ResnetGan(byClass(Norm.ADAIN, Norm.NONE)), Penalties.NONE));
  }

  /** Everything that a step may have to remember or to be told. */
  private static GanSpec byClass(Norm normG, Norm normD) {
    return new GanSpec(16, 1, 4, 4, 4, normG, normD, true, true, Upsampling.RESIZE, CLASSES, 1);
  }

  @ParameterizedTest
  @MethodSource("models")
  void replayedStepsComputeTheSameBits(Gan model, Penalties penalties) {
    Emulator.configure("");
    try (Backend backend = Backends.open("cuda")) {
      List<float[]> expected = train(backend, model, penalties, false);
      long before = Emulator.calls("cuGraphLaunch");
      List<float[]> actual = train(backend, model, penalties, true);
      assertEquals(STEPS - 2, Emulator.calls("cuGraphLaunch") - before, "replays");
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.get(i), actual.get(i), 0, "of step " + i);
      }
    }
  }

  /** The results of each step, a sample of each, and the weights in the end. */
  private static List<float[]> train(
      Backend backend, Gan model, Penalties penalties, boolean capture) {
    AdamOptions adam = AdamOptions.DCGAN;
    Recipe recipe =
        new Recipe(
            new NonSaturating(), penalties, BATCH, 1, 1, adam, adam, Schedule.CONSTANT, 1, 0);
    int[] labels = model.spec().classes() == 0 ? null : new int[] {0, 2, 1, 2};
    List<float[]> values = new ArrayList<>();
    try (GanTrainer trainer = new GanTrainer(backend, model, recipe, 0, capture)) {
      for (int i = 0; i < STEPS; i++) {
        StepResult result = trainer.step(images(i), labels, () -> {});
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
