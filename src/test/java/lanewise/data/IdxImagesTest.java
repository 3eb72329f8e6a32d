package lanewise.data;

import static lanewise.data.SampleFiles.assertRefused;
import static lanewise.data.SampleFiles.assertShape;
import static lanewise.data.SampleFiles.bytes;
import static lanewise.data.SampleFiles.countingIdx;
import static lanewise.data.SampleFiles.gzip;
import static lanewise.data.SampleFiles.idx;
import static lanewise.data.SampleFiles.open;
import static lanewise.data.SampleFiles.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxImagesTest {
  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"images", "images.gz"})
  void readsPlainAndGzip(String name) throws IOException {
    byte[] idx = countingIdx(5, 2, 3);
    Dataset data = open(write(dir.resolve(name), name.endsWith(".gz") ? gzip(idx) : idx));
    assertShape(data, 5, 1, 2, 3);
    assertArrayEquals(new int[] {24, 25, 26, 27, 28, 29}, bytes(data, 4));
    assertEquals(name + " (5 images, " + dir.resolve(name) + ")", data.name());
    assertEquals(0, data.classes());
    assertThrows(UnsupportedOperationException.class, () -> data.label(0));
  }

  @Test
  void readsGzipThatIsNotNamedSo() throws IOException {
    assertShape(open(write(dir.resolve("images"), gzip(countingIdx(1, 2, 2)))), 1, 1, 2, 2);
  }

  @Test
  void readsFlattenedSquares() throws IOException {
    assertShape(open(write(dir.resolve("flat"), countingIdx(2, 9))), 2, 1, 3, 3);
  }

  @Test
  void readsColourInBothOrders() throws IOException {
    Dataset last = open(write(dir.resolve("last"), countingIdx(2, 2, 2, 3)));
    assertShape(last, 2, 3, 2, 2);
    assertArrayEquals(new int[] {0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11}, bytes(last, 0));
    Dataset first = open(write(dir.resolve("first"), countingIdx(2, 3, 2, 2)));
    assertShape(first, 2, 3, 2, 2);
    assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, bytes(first, 0));
  }

  @Test
  void givesTheShapeAskedFor() throws IOException {
    Path file = write(dir.resolve("images"), countingIdx(2, 28, 28));
    Dataset padded = open(file, 32, 3);
    assertShape(padded, 2, 3, 32, 32);
    assertEquals(0, bytes(padded, 0)[33]);
    assertEquals(1, bytes(padded, 0)[2 * 32 + 3]);
    assertShape(open(file, 64, 0), 2, 1, 64, 64);
    assertShape(open(file, 16, 1), 2, 1, 16, 16);
  }

  @Test
  void prefersTheTrainingSetOfAFolderAndReadsItsLabels() throws IOException {
    write(dir.resolve("t10k-images-idx3-ubyte.gz"), gzip(countingIdx(1, 2, 2)));
    write(dir.resolve("train-images-idx3-ubyte.gz"), gzip(countingIdx(3, 2, 2)));
    write(dir.resolve("train-labels-idx1-ubyte"), idx(8, new int[] {3}, (byte) 4, (byte) 0));
    assertRefused(() -> open(dir), "train-labels-idx1-ubyte", "truncated");
    write(
        dir.resolve("train-labels-idx1-ubyte"),
        idx(8, new int[] {3}, (byte) 4, (byte) 0, (byte) 9));
    Dataset data = open(dir);
    assertShape(data, 3, 1, 2, 2);
    assertEquals(10, data.classes());
    assertEquals(9, data.label(2));
    assertEquals(
        dir.getFileName() + " (3 images, " + dir.resolve("train-images-idx3-ubyte.gz") + ")",
        data.name());
  }

  @Test
  void takesThePlainOfTwoEqualFiles() throws IOException {
    write(dir.resolve("train-images.idx3-ubyte"), countingIdx(2, 2, 2));
    write(dir.resolve("train-images.idx3-ubyte.gz"), gzip(countingIdx(3, 2, 2)));
    assertEquals(2, open(dir).size());
  }

  @Test
  void refusesToChooseBetweenTwoSets() throws IOException {
    write(dir.resolve("a-train-images-idx3-ubyte"), countingIdx(2, 2, 2));
    write(dir.resolve("b-train-images-idx3-ubyte"), countingIdx(2, 2, 2));
    assertRefused(() -> open(dir), dir, "a-train-images-idx3-ubyte", "one file");
  }

  @Test
  void refusesLabelsOfOtherImages() throws IOException {
    Path file = write(dir.resolve("train-images-idx3-ubyte"), countingIdx(3, 2, 2));
    write(dir.resolve("train-labels-idx1-ubyte"), countingIdx(2));
    assertRefused(() -> open(file), file, "labels", "3 images");
  }

  private void assertFileRefused(String name, byte[] content, Object... parts) throws IOException {
    Path file = write(dir.resolve(name), content);
    assertRefused(() -> open(file), file);
    assertRefused(() -> open(file), parts);
  }

  @Test
  void refusesWhatIsNotIdx() throws IOException {
    assertFileRefused("empty", new byte[0], "empty", "fetch it again");
    assertFileRefused("text", "hello, world".getBytes(), "not an IDX file", "0x68656C6C");
    assertFileRefused("float", idx(0x0D, new int[] {1, 1, 1}, new byte[4]), "0x0D", "convert");
    assertFileRefused("labels", countingIdx(10), "does not hold images", "[10]");
    assertFileRefused("oblong", countingIdx(2, 8), "does not hold images", "[2, 8]");
    assertFileRefused("layers", countingIdx(2, 2, 2, 2), "1 or 3 channels");
  }

  @Test
  void refusesWhatIsTruncatedOrTooLong() throws IOException {
    byte[] whole = countingIdx(4, 3, 3);
    for (int length : new int[] {1, 3, 9, 15, 16, whole.length - 1}) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertFileRefused("cut", cut, "truncated", "fetch it again");
      assertFileRefused("cut.gz", gzip(cut), "truncated", "fetch it again");
    }
    byte[] longer = Arrays.copyOf(whole, whole.length + 1);
    assertFileRefused("longer", longer, "bytes after");
    assertFileRefused("longer.gz", gzip(longer), "bytes after");
  }

  @Test
  void refusesBrokenGzip() throws IOException {
    byte[] whole = countingIdx(100, 9, 9);
    assertFileRefused("plain.gz", whole, "not gzip", "rename");
    byte[] gzip = gzip(whole);
    for (int length : new int[] {2, 9, 15, gzip.length / 2, gzip.length - 1}) {
      assertFileRefused("cut.gz", Arrays.copyOf(gzip, length), "truncated");
    }
    byte[] damaged = gzip.clone();
    damaged[gzip.length - 6] ^= 1;
    assertFileRefused("damaged.gz", damaged, "corrupt gzip data", "fetch it again");
    damaged = gzip.clone();
    damaged[2] = 99;
    assertFileRefused("method.gz", damaged, "corrupt gzip data");
  }

  @Test
  void refusesImpossibleDimensionsBeforeAllocating() throws IOException {
    assertFileRefused("none", idx(8, new int[] {0, 28, 28}), "no items");
    assertFileRefused("negative", idx(8, new int[] {5, -28, 28}), "impossible dimensions", "-28");
    assertFileRefused("zero", idx(8, new int[] {5, 28, 0}), "impossible dimensions");
    int huge = Integer.MAX_VALUE;
    assertFileRefused("overflow", idx(8, new int[] {huge, huge, huge}), "impossible dimensions");
    assertFileRefused("item", idx(8, new int[] {1, huge, huge}), "impossible dimensions");
    assertFileRefused("many", idx(8, new int[] {huge, 1, 1}), "truncated");
    assertFileRefused("many.gz", gzip(idx(8, new int[] {huge, 1, 1})), "truncated");
  }

  @Test
  void refusesImagesThatDoNotFitInMemory() throws IOException {
    Path file = write(dir.resolve("images"), countingIdx(5000, 1, 1));
    assertRefused(() -> open(file, 8192, 3), file, "MiB", "-Xmx");
  }

  @Test
  void refusesImpossibleShapes() throws IOException {
    Path file = write(dir.resolve("images"), countingIdx(5, 2, 2));
    assertRefused(() -> open(file, -1, 0), "-1");
    assertRefused(() -> open(file, 10_000, 0), "10000");
    assertRefused(() -> open(file, 0, 2), "2 image channels");
  }
}
