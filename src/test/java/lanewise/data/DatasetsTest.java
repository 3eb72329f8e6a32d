package lanewise.data;

import static lanewise.data.SampleFiles.assertRefused;
import static lanewise.data.SampleFiles.assertShape;
import static lanewise.data.SampleFiles.bytes;
import static lanewise.data.SampleFiles.countingIdx;
import static lanewise.data.SampleFiles.gzip;
import static lanewise.data.SampleFiles.open;
import static lanewise.data.SampleFiles.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetsTest {
  @TempDir Path dir;

  private static Dataset open10k(int imageSize, int channels) {
    return Datasets.open("fashion-mnist-10k", imageSize, channels, 1, SampleFiles::unexpected);
  }

  @Test
  void embedsTheFashionMnistTestSet() {
    Dataset data = open10k(0, 0);
    assertShape(data, 10_000, 1, 28, 28);
    assertEquals("fashion-mnist-10k (10,000 images, embedded)", data.name());
    assertEquals(10, data.classes());
    int[] perClass = new int[10];
    for (int i = 0; i < data.size(); i++) {
      perClass[data.label(i)]++;
    }
    int[] balanced = new int[10];
    Arrays.fill(balanced, 1000);
    assertArrayEquals(balanced, perClass);
    // The first image is an ankle boot (class 9): nothing at the top, a sole at the bottom.
    assertEquals(9, data.label(0));
    int[] boot = bytes(data, 0);
    assertEquals(0, Arrays.stream(boot, 0, 7 * 28).sum());
    assertTrue(Arrays.stream(boot, 18 * 28, 20 * 28).average().orElseThrow() > 100);
  }

  @Test
  void embedsTheLicenceOfTheData() {
    assertNotNull(Datasets.class.getResource("fashion-mnist/LICENSE.txt"));
  }

  @Test
  void paddingKeepsEveryPixelOfTheClothes() {
    Dataset own = open10k(0, 0);
    Dataset padded = open10k(32, 0);
    for (int index : new int[] {0, 1, 9_999}) {
      int[] pixels = bytes(own, index);
      int[] wide = bytes(padded, index);
      for (int y = 0; y < 28; y++) {
        int from = (y + 2) * 32 + 2;
        assertArrayEquals(
            Arrays.copyOfRange(pixels, y * 28, (y + 1) * 28),
            Arrays.copyOfRange(wide, from, from + 28));
      }
      assertEquals(Arrays.stream(pixels).sum(), Arrays.stream(wide).sum());
    }
  }

  @Test
  void largerClothesKeepTheirBrightness() {
    Dataset own = open10k(0, 0);
    Dataset large = open10k(64, 3);
    assertShape(large, 10_000, 3, 64, 64);
    for (int index = 0; index < 100; index++) {
      double mean = Arrays.stream(bytes(own, index)).average().orElseThrow();
      assertEquals(mean, Arrays.stream(bytes(large, index)).average().orElseThrow(), 1.5);
    }
  }

  @Test
  void theDefaultIsTheInstalledFashionMnist() throws IOException {
    Path installed = dir.resolve("fashion-mnist");
    write(installed.resolve("train-images-idx3-ubyte.gz"), gzip(countingIdx(7, 28, 28)));
    write(installed.resolve("train-labels-idx1-ubyte.gz"), gzip(countingIdx(7)));
    Dataset data = Datasets.fashionMnist(installed, new ImageShape(0, 0), SampleFiles::unexpected);
    assertShape(data, 7, 1, 28, 28);
    assertEquals(7, data.classes());
    assertTrue(data.name().startsWith("fashion-mnist (7 images, " + installed), data.name());
  }

  @Test
  void withoutItTheDefaultIsTheEmbeddedSetAndSaysSo() {
    List<String> log = new ArrayList<>();
    Dataset data = Datasets.fashionMnist(dir, new ImageShape(0, 0), log::add);
    assertEquals(10_000, data.size());
    assertEquals(1, log.size());
    assertTrue(log.getFirst().contains("dataset-fashion-mnist"), log.getFirst());
  }

  @Test
  void nullAndTheNameMeanTheSame() {
    List<String> log = new ArrayList<>();
    Dataset byDefault = Datasets.open(null, 32, 1, 1, log::add);
    Dataset byName = Datasets.open("fashion-mnist", 32, 1, 1, log::add);
    assertEquals(byDefault.name(), byName.name());
    assertEquals(byDefault.size() == 60_000 ? 0 : 2, log.size());
    assertShape(byName, byName.size(), 1, 32, 32);
  }

  @Test
  void suggestsTheNearestName() {
    for (String name : new String[] {"fasion-mnist", "Fashion-MNIST", "fashion_mnist"}) {
      assertRefused(
          () -> Datasets.open(name, 0, 0, 1, SampleFiles::unexpected),
          "'" + name + "'",
          "did you mean fashion-mnist?");
    }
    assertRefused(
        () -> Datasets.open("ring8", 0, 0, 1, SampleFiles::unexpected), "did you mean ring-8?");
    assertRefused(
        () -> Datasets.open("grid-52", 0, 0, 1, SampleFiles::unexpected), "did you mean grid-25?");
  }

  @Test
  void refusesAPathThatIsNotThere() {
    assertRefused(
        () -> open(dir.resolve("photos")), dir.resolve("photos") + " is not there", "exists");
    assertRefused(() -> Datasets.open("", 0, 0, 1, SampleFiles::unexpected), "Unknown data ''");
    assertRefused(() -> Datasets.open("a\0b", 0, 0, 1, SampleFiles::unexpected), "neither");
  }

  @Test
  void refusesAFolderWithoutData() throws IOException {
    assertRefused(() -> open(dir), dir, "holds no training data", "PNG or JPEG");
    Files.writeString(dir.resolve("notes.txt"), "no images here");
    assertRefused(() -> open(dir), dir, "holds no training data");
  }

  @Test
  void drawsPointsFromTheSeed() {
    for (String name : new String[] {"ring-8", "grid-25"}) {
      Dataset data = Datasets.open(name, 0, 0, 1, SampleFiles::unexpected);
      Dataset again = Datasets.open(name, 1, 2, 1, SampleFiles::unexpected);
      Dataset other = Datasets.open(name, 0, 0, 2, SampleFiles::unexpected);
      assertShape(data, 100_000, 2, 1, 1);
      float[] point = SampleFiles.sample(data, 99_999);
      assertArrayEquals(point, SampleFiles.sample(again, 99_999));
      assertTrue(!Arrays.equals(point, SampleFiles.sample(other, 99_999)));
      assertRefused(() -> Datasets.open(name, 32, 0, 1, SampleFiles::unexpected), name, "points");
      assertRefused(() -> Datasets.open(name, 0, 3, 1, SampleFiles::unexpected), name, "points");
    }
  }

  @Test
  void foldersOfImagesAreUsuallyTrainedAt64Pixels() throws IOException {
    Path photos = Files.createDirectory(dir.resolve("photos"));
    SampleFiles.write(photos.resolve("a.png"), SampleFiles.plain(9, 9, 0));
    Path idx = Files.createDirectory(dir.resolve("idx"));
    SampleFiles.write(idx.resolve("images-idx3-ubyte"), SampleFiles.countingIdx(1, 2, 2));
    assertEquals(64, Datasets.defaultImageSize(photos.toString()));
    assertEquals(32, Datasets.defaultImageSize(idx.toString()));
    assertEquals(32, Datasets.defaultImageSize(idx.resolve("images-idx3-ubyte").toString()));
    assertEquals(32, Datasets.defaultImageSize(null));
    assertEquals(32, Datasets.defaultImageSize("no such thing"));
  }

  @Test
  void aResolvedNameOrPathMeansTheSameEverywhere() {
    Path here = Path.of("").toAbsolutePath();
    assertEquals("ring-8", Datasets.resolve("ring-8"));
    assertEquals(here.resolve("src").toString(), Datasets.resolve("./src"));
    assertEquals("no such thing", Datasets.resolve("no such thing"));
    assertEquals(Datasets.names().getFirst(), Datasets.resolve(null));
  }
}
