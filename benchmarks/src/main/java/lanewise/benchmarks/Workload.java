package lanewise.benchmarks;

import java.util.Locale;
import lanewise.backend.ConvSpec;
import lanewise.backend.NormScope;
import lanewise.backend.Shape;
import lanewise.model.Dcgan;
import lanewise.model.Norm;

/** What is computed, whoever computes it. */
public sealed interface Workload {

  /** Multiplications and additions of the direct algorithm, or 0 where memory is the limit. */
  double flop();

  /** Bytes that are read and written, or 0 where arithmetic is the limit. */
  double bytes();

  /** How often a work is run, and its results compared. */
  default int runsToCompare() {
    return 1;
  }

  /**
   * The largest error of a correct implementation: the root mean square of the differences over
   * that of the values. Sums of 65,000 fp32 products in another order differ by some 1e-6; a kernel
   * that leaves out one element of a million by 1e-3.
   *
   * @param run 0 for the results of the first run
   */
  default double tolerance(int run) {
    return 2e-5;
  }

  /** A workload of the same kind that the scalar engine computes in seconds. */
  Workload small();

  /** The three passes of a convolution. */
  enum Pass {
    FORWARD,
    BACKWARD_DATA,
    BACKWARD_FILTER;

    /** In words. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /** One pass of a square convolution without bias. */
  record Convolution(Pass pass, int n, int in, int out, int size, int kernel, int stride, int pad)
      implements Workload {

    public ConvSpec spec() {
      return ConvSpec.of(stride, pad);
    }

    public Shape x() {
      return Shape.of(n, in, size, size);
    }

    public Shape w() {
      return Shape.filter(out, in, kernel, kernel);
    }

    public Shape y() {
      return spec().outputShape(x(), w());
    }

    @Override
    public double flop() {
      return 2.0 * y().size() * in * kernel * kernel;
    }

    @Override
    public double bytes() {
      return 0;
    }

    @Override
    public Convolution small() {
      return new Convolution(pass, Math.min(n, 2), in, out, size, kernel, stride, pad);
    }
  }

  /** A normalisation with LeakyReLU behind it, forward and backward, affine for batch norm. */
  record Normalization(NormScope scope, int n, int c, int size) implements Workload {
    public static final float EPS = 1e-5f;
    public static final float SLOPE = 0.2f;

    public Shape x() {
      return Shape.of(n, c, size, size);
    }

    /** Batch norm learns scale and shift, as PyTorch's default; instance norm does not. */
    public boolean affine() {
      return scope instanceof NormScope.Batch;
    }

    @Override
    public double flop() {
      return 0;
    }

    /**
     * Where the normalised value is nearly 0, rounding decides which slope LeakyReLU has: 4 of 8
     * million elements between libtorch's own two memory formats, which moves the input's gradient
     * by 8e-4 and gamma's and beta's, sums of numbers of either sign, by as much. A kernel that
     * leaves out one row of each plane, or one of 1000 channels, is wrong by more than 3e-2.
     */
    @Override
    public double tolerance(int run) {
      return 5e-3;
    }

    /** Forward reads x twice and writes y; backward reads x and dy twice and writes dx. */
    @Override
    public double bytes() {
      return 8.0 * x().size() * Float.BYTES;
    }

    @Override
    public Normalization small() {
      return this;
    }
  }

  /** {@code C = A B}: m x k times k x n. */
  record Gemm(int m, int n, int k) implements Workload {
    @Override
    public double flop() {
      return 2.0 * m * n * k;
    }

    @Override
    public double bytes() {
      return 0;
    }

    @Override
    public Gemm small() {
      return this;
    }
  }

  /**
   * A whole training step of DCGAN: discriminator on real and on fake images, backward, Adam,
   * generator through the updated discriminator, backward, Adam.
   */
  record DcganStep(int imageSize, int channels, int batch) implements Workload {
    public static final long SEED = 1;

    public Dcgan model() {
      return new Dcgan(imageSize, channels, Norm.BATCH);
    }

    /**
     * Of the convolutions alone: all three passes of the generator, the discriminator forward and
     * backward three times, without gradients that nobody asks for (of images, of latents, and of
     * the discriminator's weights in the generator's step).
     */
    @Override
    public double flop() {
      int first = imageSize >> doublings();
      int width = 64 << (doublings() - 1);
      double fromLatents = 2.0 * 100 * width * first * first;
      double toLogit = 2.0 * width * first * first;
      double toImage = 2.0 * 64 * channels * 16 * imageSize * imageSize / 4;
      double hidden = 0;
      for (int size = first; width > 64; size *= 2, width /= 2) {
        hidden += 2.0 * size * size * width * (width / 2) * 16;
      }
      double generator = 3 * (fromLatents + hidden + toImage) - fromLatents;
      double discriminator = 8 * (toImage + hidden + toLogit) - 2 * toImage;
      return batch * (generator + discriminator);
    }

    /** The losses of later steps depend on gradients and updates of the earlier ones. */
    @Override
    public int runsToCompare() {
      return 2;
    }

    /**
     * Adam's first step moves each weight by the sign of its gradient, so weights whose gradients
     * are rounding errors differ by two whole steps: the losses after it differ by up to 3e-4
     * between libtorch's own two memory formats, and by up to 8e-4 from Lanewise's. Those before it
     * agree within 3e-5.
     */
    @Override
    public double tolerance(int run) {
      return run == 0 ? 2e-4 : 5e-3;
    }

    private int doublings() {
      return Integer.numberOfTrailingZeros(imageSize / 4);
    }

    @Override
    public double bytes() {
      return 0;
    }

    @Override
    public DcganStep small() {
      return new DcganStep(imageSize, channels, Math.min(batch, 2));
    }
  }

  /**
   * Forward and backward pass of CycleGAN's generator with 9 ResNet blocks (Zhu et al. 2017), batch
   * 1, for the gradients of all parameters of {@code mean(y^2)}.
   */
  record CycleGanGenerator(int pixels) implements Workload {
    public static final long SEED = 1;
    public static final int BLOCKS = 9;

    @Override
    public double flop() {
      double plane = (double) pixels * pixels;
      double edges = 2 * 2 * plane * 3 * 64 * 49;
      double half = 2 * 2 * plane / 4 * 64 * 128 * 9;
      double quarter = 2 * 2 * plane / 16 * 128 * 256 * 9;
      double blocks = BLOCKS * 2 * 2 * plane / 16 * 256 * 256 * 9;
      return 3 * (edges + half + quarter + blocks);
    }

    @Override
    public double bytes() {
      return 0;
    }

    /**
     * A ReLU whose input is nearly 0 falls to one side or the other, which moves the gradients of
     * the first layer: libtorch's own two memory formats differ by up to 7e-3 of the largest.
     */
    @Override
    public double tolerance(int run) {
      return 2e-2;
    }

    @Override
    public CycleGanGenerator small() {
      return new CycleGanGenerator(Math.min(pixels, 32));
    }
  }
}
