import java.nio.file.Files;
import java.nio.file.Path;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.io.Images;

/**
 * Makes a data set for pix2pix of Fashion-MNIST: outlines of clothes (A) beside the clothes (B),
 * each 64 x 64 pixels, in {@code OUT/train} and {@code OUT/test}.
 *
 * <p>Outlines are Canny's (1986): the places where the smoothed picture changes most along its
 * gradient, and by more than a threshold.
 *
 * <pre>java -cp target/lanewise.jar benchmarks/pix2pix/EdgesToClothes.java OUT [PAIRS]</pre>
 */
final class EdgesToClothes {
  private static final int SIDE = 64;
  private static final int TEST = 64;

  /** Of the change from pixel to pixel, of values from -1 to 1. */
  private static final float THRESHOLD = 0.12f;

  private EdgesToClothes() {}

  public static void main(String[] args) throws Exception {
    Path out = Path.of(args[0]);
    int pairs = args.length > 1 ? Integer.parseInt(args[1]) : 2000;
    Dataset clothes = Datasets.open("fashion-mnist-10k", SIDE, 1, 0, System.err::println);
    for (int i = 0; i < pairs + TEST; i++) {
      Path folder = out.resolve(i < pairs ? "train" : "test");
      Files.createDirectories(folder);
      float[] b = new float[SIDE * SIDE];
      clothes.read(i, b, 0);
      Images.writePng(
          folder.resolve("%05d.png".formatted(i)), beside(outlines(b), b), 1, SIDE, 2 * SIDE);
    }
  }

  private static float[] beside(float[] a, float[] b) {
    float[] both = new float[2 * SIDE * SIDE];
    for (int y = 0; y < SIDE; y++) {
      System.arraycopy(a, y * SIDE, both, 2 * y * SIDE, SIDE);
      System.arraycopy(b, y * SIDE, both, (2 * y + 1) * SIDE, SIDE);
    }
    return both;
  }

  /** Black lines on white. */
  private static float[] outlines(float[] picture) {
    float[] smooth = smoothed(picture);
    float[] across = new float[SIDE * SIDE];
    float[] down = new float[SIDE * SIDE];
    float[] change = new float[SIDE * SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int i = y * SIDE + x;
        across[i] = (at(smooth, y, x + 1) - at(smooth, y, x - 1)) / 2;
        down[i] = (at(smooth, y + 1, x) - at(smooth, y - 1, x)) / 2;
        change[i] = (float) Math.hypot(across[i], down[i]);
      }
    }
    float[] lines = new float[SIDE * SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int i = y * SIDE + x;
        int dx = Math.round(across[i] / Math.max(change[i], 1e-6f));
        int dy = Math.round(down[i] / Math.max(change[i], 1e-6f));
        boolean most =
            change[i] >= at(change, y + dy, x + dx) && change[i] > at(change, y - dy, x - dx);
        lines[i] = most && change[i] > THRESHOLD ? -1 : 1;
      }
    }
    return lines;
  }

  /** With the binomial filter 1 4 6 4 1 along both sides. */
  private static float[] smoothed(float[] picture) {
    float[] filter = {1 / 16f, 4 / 16f, 6 / 16f, 4 / 16f, 1 / 16f};
    float[] rows = new float[SIDE * SIDE];
    float[] both = new float[SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
      for (int k = -2; k <= 2; k++) {
        rows[i] += filter[k + 2] * at(picture, i / SIDE, i % SIDE + k);
      }
    }
    for (int i = 0; i < SIDE * SIDE; i++) {
      for (int k = -2; k <= 2; k++) {
        both[i] += filter[k + 2] * at(rows, i / SIDE + k, i % SIDE);
      }
    }
    return both;
  }

  /** The nearest pixel there is. */
  private static float at(float[] plane, int y, int x) {
    return plane[Math.clamp(y, 0, SIDE - 1) * SIDE + Math.clamp(x, 0, SIDE - 1)];
  }
}
