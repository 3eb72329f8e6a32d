package lanewise.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import lanewise.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackedDatasetTest {
  @TempDir Path dir;

  private static Dataset grey() {
    return Datasets.open("fashion-mnist-10k", 0, 0, 0, SampleFiles::unexpected);
  }

  @Test
  void theChannelsAreImagesOfTheDataAndTheLabelTheirClasses() {
    Dataset grey = grey();
    StackedDataset stacked = new StackedDataset(grey, 50, 1);
    SampleFiles.assertShape(stacked, 50, 3, 28, 28);
    float[] image = new float[3 * 784];
    float[] part = new float[784];
    for (int i : new int[] {0, 49}) {
      stacked.read(i, image, 0);
      int label = 0;
      for (int c = 0; c < 3; c++) {
        float[] channel = Arrays.copyOfRange(image, c * 784, (c + 1) * 784);
        int found =
            IntStream.range(0, grey.size())
                .filter(
                    k -> {
                      grey.read(k, part, 0);
                      return Arrays.equals(part, channel);
                    })
                .findFirst()
                .orElseThrow();
        label = 10 * label + grey.label(found);
      }
      assertEquals(label, stacked.label(i));
    }
  }

  @Test
  void allThousandModesAreThere() {
    Dataset stacked = Datasets.open("stacked-fashion-mnist", 32, 0, 0, _ -> {});
    SampleFiles.assertShape(stacked, 128_000, 3, 32, 32);
    assertEquals(1000, stacked.classes());
    int[] counts = new int[1000];
    for (int i = 0; i < stacked.size(); i++) {
      counts[stacked.label(i)]++;
    }
    // 128 in the mean, with a standard deviation of 11.
    assertTrue(Arrays.stream(counts).min().orElseThrow() > 60, Arrays.toString(counts));
    assertTrue(Arrays.stream(counts).max().orElseThrow() < 200, Arrays.toString(counts));
  }

  @Test
  void theSeedDrawsTheStacks() {
    Dataset grey = grey();
    int[] labels = labels(new StackedDataset(grey, 100, 1));
    assertArrayEquals(labels, labels(new StackedDataset(grey, 100, 1)));
    assertNotEquals(
        Arrays.toString(labels), Arrays.toString(labels(new StackedDataset(grey, 100, 2))));
  }

  private static int[] labels(Dataset data) {
    return IntStream.range(0, data.size()).map(data::label).toArray();
  }

  @Test
  void onlyGreyImagesCanBeStacked() {
    Dataset rgb = Datasets.open("fashion-mnist-10k", 0, 3, 0, SampleFiles::unexpected);
    UserException e = assertThrows(UserException.class, () -> new StackedDataset(rgb, 10, 0));
    assertTrue(e.getMessage().contains("only grey images"), e.getMessage());
    assertThrows(
        UserException.class, () -> Datasets.open("stacked-fashion-mnist", 32, 1, 0, _ -> {}));
  }

  @Test
  void whatIsHeldOutIsNotKept() {
    Dataset data = grey();
    Subset.Split split = Subset.holdOut(data, 6, 4);
    assertEquals(1666, split.heldOut().size());
    assertEquals(8334, split.kept().size());
    Set<String> images = new HashSet<>();
    for (Dataset part : new Dataset[] {split.kept(), split.heldOut()}) {
      float[] image = new float[784];
      for (int i = 0; i < part.size(); i++) {
        part.read(i, image, 0);
        images.add(Arrays.toString(image));
      }
    }
    Set<String> all = new HashSet<>();
    float[] image = new float[784];
    for (int i = 0; i < data.size(); i++) {
      data.read(i, image, 0);
      all.add(Arrays.toString(image));
    }
    assertEquals(all, images);
    assertEquals(10, split.heldOut().classes());
    Dataset few = Subset.random(data, 20_000, 0);
    assertEquals(10_000, few.size());
    assertEquals(7, Subset.random(data, 7, 0).size());
    assertThrows(UserException.class, () -> Subset.holdOut(Subset.random(data, 5, 0), 6, 0));
  }

  @Test
  void testDataLiesBesideTheTrainingData() throws IOException {
    byte[] images = SampleFiles.countingIdx(2, 8, 8);
    byte[] one = SampleFiles.countingIdx(1, 8, 8);
    Path train = SampleFiles.write(dir.resolve("train-images-idx3-ubyte"), images);
    assertNull(Datasets.openTest(dir.toString(), 0, 0, 0, SampleFiles::unexpected));
    SampleFiles.write(dir.resolve("t10k-images-idx3-ubyte"), one);
    for (Path spec : new Path[] {dir, train}) {
      Dataset test = Datasets.openTest(spec.toString(), 0, 0, 0, SampleFiles::unexpected);
      assertEquals(1, test.size());
    }
    Path itself = dir.resolve("t10k-images-idx3-ubyte");
    assertNull(Datasets.openTest(itself.toString(), 0, 0, 0, SampleFiles::unexpected));
  }

  @Test
  void cifarsTestBatchIsTestData() throws IOException {
    byte[] record = new byte[3073];
    Path batch = SampleFiles.write(dir.resolve("data_batch_1.bin"), record);
    assertNull(Datasets.openTest(dir.toString(), 0, 0, 0, SampleFiles::unexpected));
    Files.write(dir.resolve("test_batch.bin"), Arrays.copyOf(record, 2 * 3073));
    for (Path spec : new Path[] {dir, batch}) {
      Dataset test = Datasets.openTest(spec.toString(), 0, 0, 0, SampleFiles::unexpected);
      assertEquals(2, test.size());
    }
  }

  @Test
  void fashionMnistIsTestedOnItsTestImagesUnlessItIsThem() {
    assertNull(Datasets.openTest("fashion-mnist-10k", 32, 0, 0, SampleFiles::unexpected));
  }
}
