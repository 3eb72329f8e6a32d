package lanewise.data;

import static lanewise.data.SampleFiles.assertRefused;
import static lanewise.data.SampleFiles.assertShape;
import static lanewise.data.SampleFiles.bytes;
import static lanewise.data.SampleFiles.open;
import static lanewise.data.SampleFiles.write;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
  @TempDir Path dir;

  /** Records with the given labels; red counts up, green is the label, blue is 255. */
  private static byte[] records(int... labels) {
    byte[] file = new byte[labels.length * 3073];
    for (int i = 0; i < labels.length; i++) {
      int at = i * 3073;
      file[at] = (byte) labels[i];
      for (int p = 0; p < 1024; p++) {
        file[at + 1 + p] = (byte) p;
        file[at + 1025 + p] = (byte) labels[i];
        file[at + 2049 + p] = (byte) 255;
      }
    }
    return file;
  }

  @Test
  void readsTheBatchesOfAFolderInOrder() throws IOException {
    write(dir.resolve("data_batch_2.bin"), records(7));
    write(dir.resolve("data_batch_1.bin"), records(3, 9));
    write(dir.resolve("test_batch.bin"), records(1));
    Dataset data = open(dir);
    assertShape(data, 3, 3, 32, 32);
    assertEquals(10, data.classes());
    assertEquals(3, data.label(0));
    assertEquals(9, data.label(1));
    assertEquals(7, data.label(2));
    int[] pixels = bytes(data, 2);
    assertEquals(255, pixels[255]);
    assertEquals(7, pixels[1024]);
    assertEquals(255, pixels[2048]);
  }

  @Test
  void readsOneFileInAnotherShape() throws IOException {
    Dataset data = open(write(dir.resolve("test_batch.bin"), records(1, 2)), 16, 1);
    assertShape(data, 2, 1, 16, 16);
  }

  @Test
  void refusesBrokenFiles() throws IOException {
    Path cut = write(dir.resolve("cut.bin"), Arrays.copyOf(records(1, 2), 5000));
    assertRefused(() -> open(cut), cut, "5,000 bytes", "3,073", "fetch it again");
    Path empty = write(dir.resolve("none.bin"), new byte[0]);
    assertRefused(() -> open(empty), empty, "empty");
    Path label = write(dir.resolve("label.bin"), records(1, 10));
    assertRefused(() -> open(label), label, "label 10");
  }
}
