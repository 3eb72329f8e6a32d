package lanewise.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import lanewise.UserException;
import org.junit.jupiter.api.function.Executable;

/** Makes the files that the tests of this package read, and checks what users are told. */
final class SampleFiles {
  private SampleFiles() {}

  /** An IDX header of the given type and dimensions, followed by the given data. */
  static byte[] idx(int type, int[] dimensions, byte... data) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * dimensions.length + data.length);
    file.putInt(type << 8 | dimensions.length);
    for (int dimension : dimensions) {
      file.putInt(dimension);
    }
    return file.put(data).array();
  }

  /** An IDX file whose bytes count up from 0. */
  static byte[] countingIdx(int... dimensions) {
    int length = 1;
    for (int dimension : dimensions) {
      length *= dimension;
    }
    return idx(0x08, dimensions, counting(length));
  }

  static byte[] counting(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  static byte[] gzip(byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static Path write(Path file, byte[] data) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.write(file, data);
  }

  /** An RGB image filled with one colour. */
  static BufferedImage plain(int width, int height, int rgb) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }

  /** Writes an image in the format of its file's extension. */
  static Path write(Path file, BufferedImage image) throws IOException {
    Files.createDirectories(file.getParent());
    String name = file.toString();
    String format = name.substring(name.lastIndexOf('.') + 1);
    assertTrue(ImageIO.write(image, format, file.toFile()), "no writer for " + format);
    return file;
  }

  static Dataset open(Path path) {
    return open(path, 0, 0);
  }

  static Dataset open(Path path, int imageSize, int channels) {
    return Datasets.open(path.toString(), imageSize, channels, 1, SampleFiles::unexpected);
  }

  static void unexpected(String message) {
    throw new AssertionError("unexpected message: " + message);
  }

  static float[] sample(Dataset data, int index) {
    float[] sample = new float[data.channels() * data.height() * data.width()];
    data.read(index, sample, 0);
    return sample;
  }

  /** A sample as the bytes it was made from. */
  static int[] bytes(Dataset data, int index) {
    float[] sample = sample(data, index);
    int[] bytes = new int[sample.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = Math.round((sample[i] + 1) * 127.5f);
    }
    return bytes;
  }

  static void assertShape(Dataset data, int size, int channels, int height, int width) {
    assertEquals(
        List.of(size, channels, height, width),
        List.of(data.size(), data.channels(), data.height(), data.width()));
  }

  /** Asserts that the user gets one line that holds all the given parts. */
  static void assertRefused(Executable action, Object... parts) {
    String message = assertThrows(UserException.class, action).getMessage();
    assertFalse(message.contains("\n"), message);
    for (Object part : parts) {
      assertTrue(message.contains(part.toString()), () -> "no '" + part + "' in: " + message);
    }
  }
}
