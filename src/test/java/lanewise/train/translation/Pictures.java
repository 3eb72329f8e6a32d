package lanewise.train.translation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import lanewise.io.Images;

/** Pictures for tests, of noise. */
final class Pictures {
  private Pictures() {}

  static void write(Path file, int channels, int height, int width, long seed) {
    float[] values = new float[channels * height * width];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    Images.writePng(file, values, channels, height, width);
  }

  /** {@code 0.png, 1.png, ...}, all different from those of another folder's name. */
  static Path folder(Path folder, int count, int height, int width) throws java.io.IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < count; i++) {
      write(folder.resolve(i + ".png"), 3, height, width, folder.getFileName().hashCode() + i);
    }
    return folder;
  }
}
