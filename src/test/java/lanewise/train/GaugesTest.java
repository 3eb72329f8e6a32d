package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.nn.Initialization;
import lanewise.nn.Linear;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.train.GanTrainer.StepResult;
import lanewise.train.loss.NonSaturating;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GaugesTest {
  private static final Shape IMAGES = Shape.of(13, 3, 5, 7);

  private final Random random = new Random(0);

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "simd"})
  void theVarianceIsThatOfPairwiseDistances(String engine) {
    try (Backend backend = Backends.open(engine)) {
      float[] pixels = randomPixels();
      int count = IMAGES.n();
      double expected = meanSquaredDistance(pixels);
      assertEquals(
          expected, 2.0 * count / (count - 1) * variance(backend, pixels), 1e-5 * expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "simd"})
  void copiesHaveNoVariance(String engine) {
    try (Backend backend = Backends.open(engine)) {
      float[] pixels = randomPixels();
      int size = pixels.length / IMAGES.n();
      for (int i = size; i < pixels.length; i++) {
        pixels[i] = pixels[i % size];
      }
      assertEquals(0, variance(backend, pixels), 1e-10);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "simd"})
  void theGradientNormIsThatOfAllParameters(String engine) {
    try (Backend backend = Backends.open(engine);
        Network network = new Network(backend, new Linear(37, 5, true))) {
      network.initialize(Initialization.DCGAN, 0);
      Tensor x = backend.allocate(Shape.matrix(4, 37));
      backend.upload(random(4 * 37), x);
      Variable y = network.forward(Variable.constant(backend, x), Statistics.BATCH);
      network.backward(Ops.sum(Ops.square(y), Shape.scalar()));
      double expected = norm(network);
      assertTrue(expected > 0);
      try (Scope _ = backend.scope()) {
        assertEquals(expected, GradientNorms.of(network).item(), 1e-5 * expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "simd"})
  void aTrainerTakesThemInEveryTenthStep(String engine) {
    try (Backend backend = Backends.open(engine);
        GanTrainer trainer =
            new GanTrainer(
                backend,
                new Dcgan(16, 1, 4, 4, 4, Norm.NONE),
                new NonSaturating(),
                AdamOptions.DCGAN,
                4,
                0)) {
      float[] images = random(4 * 16 * 16);
      for (int step = 1; step < GradientNorms.INTERVAL; step++) {
        StepResult result = trainer.step(images);
        assertEquals(Float.NaN, result.gradNormD());
        assertEquals(Float.NaN, result.gradNormG());
        assertEquals(Float.NaN, result.diversity());
      }
      StepResult result = trainer.step(images);
      assertEquals(norm(trainer.discriminator()), result.gradNormD(), 1e-5);
      assertEquals(norm(trainer.generator()), result.gradNormG(), 1e-5);
      assertTrue(result.diversity() > 0 && result.diversity() < 1, "" + result.diversity());
    }
  }

  @Test
  void aGeneratorThatMakesOneImageHasNoDiversity() {
    try (Backend backend = Backends.open("simd");
        GanTrainer trainer =
            new GanTrainer(
                backend,
                new Dcgan(16, 1, 4, 4, 4, Norm.BATCH),
                new NonSaturating(),
                AdamOptions.DCGAN,
                4,
                0)) {
      float[] images = random(4 * 16 * 16);
      float[] z = new float[4 * 4];
      Arrays.fill(z, 0.5f);
      StepResult result = null;
      while (trainer.steps() < GradientNorms.INTERVAL) {
        result = trainer.step(images, z);
      }
      assertEquals(0, result.diversity(), 1e-10);
    }
  }

  private static double norm(Network network) {
    float[] gradients = new float[network.gradients().shape().size()];
    network.backend().read(network.gradients(), gradients);
    double squares = 0;
    for (float g : gradients) {
      squares += (double) g * g;
    }
    return Math.sqrt(squares);
  }

  private static double variance(Backend backend, float[] pixels) {
    try (Scope _ = backend.scope()) {
      Tensor images = backend.allocateActivation(IMAGES);
      backend.upload(pixels, images);
      return Gauges.variance(Variable.constant(backend, images)).item();
    }
  }

  private static double meanSquaredDistance(float[] pixels) {
    int count = IMAGES.n();
    int size = pixels.length / count;
    double sum = 0;
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        for (int k = 0; k < size; k++) {
          double difference = (double) pixels[i * size + k] - pixels[j * size + k];
          sum += difference * difference;
        }
      }
    }
    return sum / (count * (count - 1));
  }

  private float[] randomPixels() {
    return random(IMAGES.size());
  }

  private float[] random(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return values;
  }
}
