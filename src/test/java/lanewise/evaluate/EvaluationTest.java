package lanewise.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.SplittableRandom;
import lanewise.UserException;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.data.GaussianMixture;
import lanewise.data.StackedDataset;
import lanewise.evaluate.Classifier.Reading;
import lanewise.metrics.Features;
import org.junit.jupiter.api.Test;

class EvaluationTest {

  /** Images of 2 x 2 noise around their class, which is what their mean says. */
  private record Noise(int size, int classes, long seed) implements Dataset {
    @Override
    public String name() {
      return "noise";
    }

    @Override
    public int channels() {
      return 1;
    }

    @Override
    public int height() {
      return 2;
    }

    @Override
    public int width() {
      return 2;
    }

    @Override
    public int label(int index) {
      return index % classes;
    }

    @Override
    public void read(int index, float[] target, int offset) {
      SplittableRandom random = new SplittableRandom(seed + index);
      for (int i = 0; i < 4; i++) {
        target[offset + i] = label(index) + 0.1f * (float) random.nextGaussian();
      }
    }
  }

  /** Whose features are the pixels, and whose class is the nearest to the first pixel. */
  private record Pixels(int classes) implements Classifier {
    @Override
    public int channels() {
      return 1;
    }

    @Override
    public int imageSize() {
      return 2;
    }

    @Override
    public Reading read(float[] images, int count) {
      int[] found = new int[count];
      for (int i = 0; i < count; i++) {
        found[i] = Math.clamp(Math.round(images[4 * i]), 0, classes - 1);
      }
      return new Reading(new Features(images.clone(), 4), found);
    }

    @Override
    public String description() {
      return "pixels";
    }
  }

  private static Scores score(Dataset generated) {
    return new ImageEvaluation(new Noise(2000, 5, 0), new Pixels(5), 1000, 0)
        .score(Samples.of(generated));
  }

  @Test
  void samplesOfTheSameDistributionScoreWell() {
    Map<Metric, Double> values = score(new Noise(1000, 5, 50_000)).values();
    assertEquals(0, values.get(Metric.FRECHET), 0.05);
    assertTrue(values.get(Metric.PRECISION) > 0.8, values.toString());
    assertTrue(values.get(Metric.RECALL) > 0.8, values.toString());
    assertEquals(1, values.get(Metric.DENSITY), 0.1);
    assertTrue(values.get(Metric.COVERAGE) > 0.8, values.toString());
    assertEquals(1, values.get(Metric.DIVERSITY), 0.02);
    assertEquals(5, values.get(Metric.MODES));
    assertEquals(0, values.get(Metric.REVERSE_KL), 1e-3);
  }

  @Test
  void aCollapsedGeneratorIsSeen() {
    Map<Metric, Double> values = score(new Noise(1000, 2, 50_000)).values();
    assertEquals(2, values.get(Metric.MODES));
    assertEquals(Math.log(5 / 2.0), values.get(Metric.REVERSE_KL), 1e-3);
    assertTrue(values.get(Metric.RECALL) < 0.5, values.toString());
    assertTrue(values.get(Metric.COVERAGE) < 0.5, values.toString());
    assertTrue(values.get(Metric.DIVERSITY) < 0.5, values.toString());
    assertTrue(values.get(Metric.FRECHET) > 1, values.toString());
  }

  @Test
  void refusesWhatCannotBeMeasured() {
    assertRefused("99 samples are too few", () -> score(new Noise(99, 5, 0)));
    Dataset points = Datasets.open("ring-8", 0, 0, 0, _ -> {});
    assertRefused("1 x 1 pixels with 2 channels", () -> score(points));
    assertRefused(
        "3 classes apart", () -> new ImageEvaluation(new Noise(500, 5, 0), new Pixels(3), 500, 0));
    assertRefused(
        "not the 2 of a point",
        () ->
            new PointEvaluation((GaussianMixture) points).score(Samples.of(new Noise(500, 5, 0))));
  }

  private static void assertRefused(
      String words, org.junit.jupiter.api.function.Executable action) {
    UserException e = assertThrows(UserException.class, action);
    assertTrue(e.getMessage().contains(words), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void pointsOfTheMixtureItselfCoverIt() {
    for (String name : new String[] {"ring-8", "grid-25"}) {
      GaussianMixture real = (GaussianMixture) Datasets.open(name, 0, 0, 0, _ -> {});
      Dataset others = Datasets.openTest(name, 0, 0, 0, _ -> {});
      Scores scores = new PointEvaluation(real).score(Samples.of(others));
      assertEquals((double) real.classes(), scores.values().get(Metric.MODES));
      // In two dimensions exp(-9 / 2) of a Gaussian lies beyond three deviations.
      assertEquals(1 - Math.exp(-4.5), scores.values().get(Metric.HIGH_QUALITY), 2e-3);
      assertEquals(0, scores.values().get(Metric.REVERSE_KL), 1e-3);
      assertEquals(1, scores.values().get(Metric.DIVERSITY), 1e-2);
    }
  }

  @Test
  void stackedImagesHaveTheModesOfTheirChannels() {
    StackedDataset stacked = new StackedDataset(new Noise(100, 5, 0), 6000, 3);
    assertEquals(125, stacked.classes());
    float[] images = new float[2 * 12];
    stacked.read(7, images, 0);
    stacked.read(8, images, 12);
    Reading reading = new StackedClassifier(new Pixels(5)).read(images, 2);
    assertArrayEquals(new int[] {stacked.label(7), stacked.label(8)}, reading.classes());
    assertEquals(12, reading.features().dimensions());
    assertArrayEquals(images, reading.features().values());
    Scores scores =
        new ImageEvaluation(stacked, new StackedClassifier(new Pixels(5)), 1000, 0)
            .score(Samples.of(new StackedDataset(new Noise(100, 5, 0), 5000, 4)));
    assertEquals(125, scores.values().get(Metric.MODES));
    assertEquals(0, scores.values().get(Metric.REVERSE_KL), 0.05);
  }

  @Test
  void jsonHasNoInfinity() {
    Scores scores = new Scores(7, Map.of(Metric.REVERSE_KL, Double.POSITIVE_INFINITY));
    Map<String, Object> json = scores.with(Metric.MODES, 3).json();
    assertEquals(7, json.get("samples"));
    assertEquals(3.0, json.get("modes"));
    assertTrue(json.containsKey("reverse_kl"));
    assertNull(json.get("reverse_kl"));
  }
}
