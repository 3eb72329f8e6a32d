package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.evaluate.Samples;
import lanewise.io.Safetensors;
import lanewise.metrics.SampleDependence;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.nn.Initialization;
import lanewise.nn.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether a sample knows its batch: the property that norms differ in. */
class SampleDependenceOfGeneratorsTest {
  @TempDir Path dir;

  /** A generator with the weights it starts from, in whose norms nothing is trained away. */
  private TrainedGenerator open(Backend backend, Norm norm) {
    Dcgan model = new Dcgan(16, 1, 8, 16, 16, norm);
    Path file = dir.resolve(norm + ".safetensors");
    try (Network network = new Network(backend, model.generator())) {
      network.initialize(Initialization.DCGAN, 3);
      Safetensors.write(file, StateDict.of(network), Map.of());
    }
    return TrainedGenerator.open(backend, file, null, norm);
  }

  private static SampleDependence dependence(TrainedGenerator generator) {
    return SampleDependence.of(generator::trainingBatch, 7, 8, 7, 5);
  }

  @ParameterizedTest
  @CsvSource({
    "simd, INSTANCE", "simd, LAYER", "simd, GROUP", "simd, NONE",
    "scalar, INSTANCE", "scalar, LAYER", "scalar, GROUP", "scalar, NONE"
  })
  void normsWithinASampleMakeExactlyNone(String backendName, Norm norm) {
    try (Backend backend = Backends.open(backendName);
        TrainedGenerator generator = open(backend, norm)) {
      SampleDependence dependence = dependence(generator);
      assertEquals(0, dependence.change());
      assertEquals(0, dependence.relative());
      assertTrue(dependence.spread() > 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"simd", "scalar"})
  void batchNormMakesSome(String backendName) {
    try (Backend backend = Backends.open(backendName);
        TrainedGenerator generator = open(backend, Norm.BATCH)) {
      double relative = dependence(generator).relative();
      assertTrue(relative > 0.05 && relative < 1.5, "relative dependence " + relative);
    }
  }

  @Test
  void lookingDoesNotChangeTheGenerator() {
    try (Backend backend = Backends.open("simd");
        TrainedGenerator generator = open(backend, Norm.BATCH)) {
      float[] before = generator.images(5, 1);
      dependence(generator);
      assertArrayEquals(before, generator.images(5, 1));
    }
  }

  @Test
  void samplesAreTheImagesOfTheirSeedHoweverTheyAreRead() {
    try (Backend backend = Backends.open("simd");
        TrainedGenerator generator = open(backend, Norm.BATCH)) {
      float[] images = generator.images(150, 1);
      Samples samples = generator.samples(150, 1);
      int size = samples.sampleSize();
      float[] read = new float[150 * size];
      for (int first = 0; first < 150; first += 50) {
        float[] part = new float[50 * size];
        samples.read(first, 50, part);
        System.arraycopy(part, 0, read, first * size, part.length);
      }
      assertArrayEquals(images, read);
      float[] asTrained = new float[26 * size];
      generator.trainingBatches(2, 13, 1).read(0, 26, asTrained);
      assertNotEquals(images[0], asTrained[0]);
    }
  }
}
