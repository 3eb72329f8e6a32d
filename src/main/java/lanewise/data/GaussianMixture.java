package lanewise.data;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Points in the plane from equally likely round Gaussians, the standard test for mode collapse.
 *
 * <p>The ring and the grid of Srivastava et al., "VEEGAN: Reducing Mode Collapse in GANs using
 * Implicit Variational Learning", 2017, with the 100,000 points of Lin et al., "PacGAN: The power
 * of two samples in generative adversarial networks", 2018. A point is a sample of 2 channels and
 * one pixel; its label is the Gaussian it came from.
 *
 * <p>Coordinates are the papers', not scaled to [-1, 1] as images are: what a network makes of them
 * depends on their size.
 */
public final class GaussianMixture implements Dataset {
  private static final int POINTS = 100_000;

  private static final float MARGIN = 1.5f;

  private final String name;
  private final float[] points = new float[2 * POINTS];
  private final Labels labels;
  private final float[] means;
  private final double deviation;

  private GaussianMixture(String name, double[][] means, double deviation, long seed) {
    this.name = String.format(Locale.ROOT, "%s (%,d points, drawn)", name, POINTS);
    int[] modes = new int[POINTS];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < POINTS; i++) {
      modes[i] = random.nextInt(means.length);
      for (int c = 0; c < 2; c++) {
        double at = means[modes[i]][c] + deviation * random.nextGaussian();
        points[2 * i + c] = (float) at;
      }
    }
    labels = new Labels(modes, means.length);
    this.means = new float[2 * means.length];
    for (int i = 0; i < this.means.length; i++) {
      this.means[i] = (float) means[i / 2][i % 2];
    }
    this.deviation = deviation;
  }

  /** Eight Gaussians of standard deviation 0.01 on the unit circle. */
  static GaussianMixture ring8(long seed) {
    double[][] means = new double[8][];
    for (int i = 0; i < 8; i++) {
      double angle = i * Math.PI / 4;
      means[i] = new double[] {Math.cos(angle), Math.sin(angle)};
    }
    return new GaussianMixture("ring-8", means, 0.01, seed);
  }

  /** 25 Gaussians of standard deviation 0.05 at {-4, -2, 0, 2, 4} squared. */
  static GaussianMixture grid25(long seed) {
    double[][] means = new double[25][];
    for (int i = 0; i < 25; i++) {
      means[i] = new double[] {-4 + 2 * (i / 5), -4 + 2 * (i % 5)};
    }
    return new GaussianMixture("grid-25", means, 0.05, seed);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return POINTS;
  }

  @Override
  public int channels() {
    return 2;
  }

  @Override
  public int height() {
    return 1;
  }

  @Override
  public int width() {
    return 1;
  }

  @Override
  public void read(int index, float[] target, int offset) {
    System.arraycopy(points, 2 * index, target, offset, 2);
  }

  /** The means of the Gaussians, {@code [classes()][2]}. */
  public float[] means() {
    return means.clone();
  }

  /** The standard deviation of each Gaussian. */
  public double deviation() {
    return deviation;
  }

  /**
   * What to show of either axis, from the negative to the positive: some space around the means.
   */
  public float extent() {
    float outermost = 0;
    for (float mean : means) {
      outermost = Math.max(outermost, Math.abs(mean));
    }
    return MARGIN * outermost;
  }

  @Override
  public int classes() {
    return labels.classes();
  }

  @Override
  public int label(int index) {
    return labels.of(index);
  }
}
