package lanewise.backend.cuda;

import lanewise.backend.NormSpec.Affine;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** A tensor as the kernels of norms see it: {@code [samples][pixels][channels]}. */
record NormPlanes(int samples, int pixels, int channels) {

  static NormPlanes of(Shape x) {
    return new NormPlanes(x.n(), x.plane(), x.c());
  }

  /** All samples as one plane, where nothing tells them apart. */
  static NormPlanes merged(Shape x) {
    return new NormPlanes(1, x.n() * x.plane(), x.c());
  }

  /** The planes of a pass that uses the sets' moments and the affine parameters. */
  static NormPlanes of(Shape x, NormSets sets, Affine affine) {
    boolean alike = stride(affine.gamma()) == 0 && stride(affine.beta()) == 0;
    return !sets.perSample() && alike ? merged(x) : of(x);
  }

  /**
   * From one sample's affine parameters to the next one's: 0 if they are per channel, or absent.
   */
  static int stride(Tensor parameter) {
    return parameter == null || parameter.shape().n() == 1 ? 0 : parameter.shape().c();
  }

  /** Blocks for a pass that leaves partial results: each of these is another one to merge. */
  Tiles reducing(int multiprocessors) {
    return Tiles.of(samples, pixels, channels, 4L * multiprocessors, 16);
  }

  /** Blocks for a pass that writes what it reads: enough to even out what they take. */
  Tiles streaming(int multiprocessors) {
    return Tiles.of(samples, pixels, channels, 16L * multiprocessors, 8);
  }

  /** One value for each sample, split and channel, in bytes. */
  long partialBytes(int splits) {
    return (long) samples * splits * channels * Float.BYTES;
  }
}
