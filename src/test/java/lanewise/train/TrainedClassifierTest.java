package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.evaluate.Classifier.Reading;
import lanewise.io.Safetensors;
import lanewise.io.TensorEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedClassifierTest {
  private static Backend backend;

  @TempDir Path dir;

  /** Noise of 12 pixels with one of three rows bright. */
  private record Rows(int size, long seed, int classes) implements Dataset {
    private static final int SIDE = 12;

    @Override
    public String name() {
      return "rows";
    }

    @Override
    public int channels() {
      return 1;
    }

    @Override
    public int height() {
      return SIDE;
    }

    @Override
    public int width() {
      return SIDE;
    }

    @Override
    public int label(int index) {
      return index % 3;
    }

    @Override
    public void read(int index, float[] target, int offset) {
      SplittableRandom random = new SplittableRandom(seed + 31L * index);
      for (int i = 0; i < SIDE * SIDE; i++) {
        boolean bright = i / SIDE == 2 + 4 * label(index);
        target[offset + i] = (float) ((bright ? 0.5 : -0.5) + 0.3 * random.nextGaussian());
      }
    }
  }

  private static final Rows TRAINING = new Rows(600, 0, 3);
  private static final Rows TEST = new Rows(300, 1_000_000, 3);

  @BeforeAll
  static void open() {
    backend = Backends.open("simd");
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  private static TrainedClassifier train(Dataset data, int epochs) {
    return ClassifierTrainer.train(backend, "rows", data, epochs, 0, _ -> {});
  }

  @Test
  void learnsWhatCanBeLearnedAndKeepsItInItsFile() {
    Path file = dir.resolve("classifier.safetensors");
    float[] images = new float[5 * 144];
    for (int i = 0; i < 5; i++) {
      TEST.read(i, images, i * 144);
    }
    List<Double> losses = new ArrayList<>();
    Reading reading;
    try (TrainedClassifier trained =
        ClassifierTrainer.train(backend, "rows", TRAINING, 4, 0, e -> losses.add(e.loss()))) {
      assertEquals(4, losses.size());
      assertTrue(losses.getLast() < losses.getFirst() / 2, losses.toString());
      assertTrue(trained.description().contains("not tested"), trained.description());
      TrainedClassifier tested = trained.tested(TEST);
      assertTrue(tested.origin().accuracy() > 0.95, tested.description());
      assertEquals(300, tested.origin().tested());
      tested.write(file);
      reading = tested.read(images, 5);
      assertArrayEquals(new int[] {0, 1, 2, 0, 1}, reading.classes());
      assertEquals(64, reading.features().dimensions());
      try (TrainedClassifier opened = TrainedClassifier.open(backend, file)) {
        assertEquals(tested.origin(), opened.origin());
        assertEquals(12, opened.imageSize());
        assertEquals(3, opened.classes());
        assertEquals(1, opened.channels());
        Reading again = opened.read(images, 5);
        assertArrayEquals(reading.features().values(), again.features().values());
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameWeights() throws Exception {
    Path[] files = {dir.resolve("a"), dir.resolve("b")};
    for (Path file : files) {
      try (TrainedClassifier trained = train(TRAINING, 1)) {
        trained.write(file);
      }
    }
    assertArrayEquals(Files.readAllBytes(files[0]), Files.readAllBytes(files[1]));
  }

  @Test
  void refusesWhatItCannotLearnFrom() {
    Dataset unlabelled = new Rows(100, 0, 0);
    assertRefused("rows has no labels", () -> train(unlabelled, 1));
    assertRefused(
        "at least 8 pixels, not 1", () -> train(Datasets.open("ring-8", 0, 0, 0, _ -> {}), 1));
    try (TrainedClassifier trained = train(TRAINING, 1)) {
      Dataset clothes = Datasets.open("fashion-mnist-10k", 0, 0, 0, _ -> {});
      assertRefused("cannot test a classifier of 3 classes", () -> trained.tested(clothes));
    }
  }

  @Test
  void refusesFilesThatAreNoClassifier() {
    Path file = dir.resolve("other.safetensors");
    List<TensorEntry> tensors = List.of(new TensorEntry("x", new long[] {1}, new float[1]));
    Safetensors.write(file, tensors, Map.of());
    assertRefused("is not a classifier", () -> TrainedClassifier.open(backend, file));
    Safetensors.write(file, tensors, Map.of("lanewise.architecture", "classifier"));
    assertRefused("has no tensor", () -> TrainedClassifier.open(backend, file));
    assertRefused(
        "cannot read", () -> TrainedClassifier.open(backend, dir.resolve("missing.safetensors")));
  }

  private static void assertRefused(
      String words, org.junit.jupiter.api.function.Executable action) {
    UserException e = assertThrows(UserException.class, action);
    assertTrue(e.getMessage().contains(words), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void theShippedClassifierReadsClothes() {
    Dataset test = Datasets.open("fashion-mnist-10k", 32, 0, 0, _ -> {});
    try (TrainedClassifier shipped = TrainedClassifier.shipped(backend, "fashion-mnist", 32)) {
      double stated = shipped.origin().accuracy();
      assertTrue(stated >= 0.92, shipped.description());
      double measured = shipped.tested(test).origin().accuracy();
      // Another engine may round an image or two to the other side of a boundary.
      assertEquals(stated, measured, 5e-4);
    }
    assertNull(TrainedClassifier.shipped(backend, "fashion-mnist", 28));
    assertNull(TrainedClassifier.shipped(backend, "ring-8", 32));
  }
}
