package lanewise.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import lanewise.UserException;
import lanewise.data.Dataset;
import lanewise.evaluate.NearestImages.Neighbour;
import org.junit.jupiter.api.Test;

class NearestImagesTest {
  private static final int PIXELS = 12;

  /** Images of 3 x 4 pixels of noise with a deviation. */
  private record Noise(int size, double deviation, long seed) implements Dataset {
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
      return 3;
    }

    @Override
    public int width() {
      return 4;
    }

    @Override
    public void read(int index, float[] target, int offset) {
      SplittableRandom random = new SplittableRandom(seed * 1000 + index);
      for (int i = 0; i < PIXELS; i++) {
        target[offset + i] = (float) (deviation * random.nextGaussian());
      }
    }

    float[] images(int count) {
      float[] images = new float[count * PIXELS];
      for (int i = 0; i < count; i++) {
        read(i, images, i * PIXELS);
      }
      return images;
    }
  }

  private static final Noise TRAINING = new Noise(700, 1, 1);
  private static final Noise TEST = new Noise(100, 1, 2);

  private static NearestImages find(float[] samples, Dataset test) {
    int count = samples.length / PIXELS;
    return NearestImages.find(samples, count, TRAINING, test, 700, ImageSpace.pixels());
  }

  @Test
  void newImagesOfTheSameKindAreNoSignOfMemorisation() {
    NearestImages near = find(new Noise(9, 1, 3).images(9), TEST);
    assertEquals(List.of(), near.copies());
    assertTrue(near.conclusion().startsWith("No sign of memorisation"), near.conclusion());
    assertTrue(near.conclusion().contains("of 32 test images"), near.conclusion());
    assertEquals(4, near.nearest().getFirst().size());
  }

  @Test
  void copiesAreFoundAmongOthersWithTheirNumbers() {
    float[] samples = new Noise(5, 1, 3).images(5);
    TRAINING.read(613, samples, 2 * PIXELS);
    samples[2 * PIXELS] += 0.1f;
    NearestImages near = find(samples, TEST);
    assertEquals(List.of(2), near.copies());
    Neighbour original = near.nearest().get(2).getFirst();
    assertEquals(613, original.image());
    assertEquals(0.1, original.distance(), 1e-6);
    assertTrue(near.conclusion().startsWith("1 of 5 samples copy"), near.conclusion());
  }

  @Test
  void noiseIsFarAndGreyIsNear() {
    String far = find(new Noise(5, 3, 3).images(5), TEST).conclusion();
    assertTrue(far.contains("farther from the training images"), far);
    String near = find(new Noise(5, 0.1, 3).images(5), TEST).conclusion();
    assertTrue(near.startsWith("No copies, but the samples are nearer"), near);
  }

  /** Each is its own nearest, at distance 0, which says nothing. */
  @Test
  void withoutTestImagesTrainingImagesAreComparedWithTheOthers() {
    NearestImages near = find(new Noise(5, 1, 3).images(5), null);
    assertTrue(near.real()[0] > 0.5, "the nearest is " + near.real()[0]);
    assertEquals(
        find(new Noise(5, 1, 3).images(5), TEST).typicalOfReal(), near.typicalOfReal(), 0.3);
    assertTrue(near.conclusion().contains("training images to the others"), near.conclusion());
  }

  @Test
  void aPartOfTheDataKeepsItsNumbers() {
    NearestImages near =
        NearestImages.find(TRAINING.images(700), 700, TRAINING, TEST, 10, ImageSpace.pixels());
    assertEquals(10, near.compared());
    assertEquals(10, near.copies().size());
    for (int copy : near.copies()) {
      assertEquals(new Neighbour(copy, 0), near.nearest().get(copy).getFirst());
    }
  }

  @Test
  void twoTrainingImagesAreEnough() {
    Dataset two = new Noise(2, 1, 1);
    NearestImages near = NearestImages.find(TEST.images(3), 3, two, null, 2, ImageSpace.pixels());
    assertEquals(2, near.nearest().getFirst().size());
    assertEquals(2, near.real().length);
  }

  @Test
  void samplesThatAreNoNumbersAreRefused() {
    float[] samples = TEST.images(2);
    samples[5] = Float.NaN;
    UserException e = assertThrows(UserException.class, () -> find(samples, TEST));
    assertTrue(e.getMessage().contains("NaN"), e.getMessage());
  }
}
