package lanewise.backend.simd;

import lanewise.backend.NormScope;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * Which elements share a mean, and how the tensor is cut into units of work: runs of pixels of one
 * sample, the same for any number of threads.
 *
 * <p>Batch norm with one gamma for all samples is instance norm of a single sample that holds all
 * pixels of the batch.
 *
 * @param pixels of a sample
 * @param channelsPerSet neighbouring channels that share a mean
 * @param acrossSamples whether all samples share it
 * @param unitPixels pixels of a unit; the last one of a sample may have fewer
 * @param unitsPerSample how many of them make a sample
 */
record NormSets(
    int samples,
    int pixels,
    int channels,
    int channelsPerSet,
    boolean acrossSamples,
    int unitPixels,
    int unitsPerSample) {

  /** Elements of a unit: long enough to amortise its table work, short enough for an L2 cache. */
  private static final int UNIT = 32 * 1024;

  static NormSets of(NormScope scope, Shape x, Affine affine) {
    boolean shared = !isPerSample(affine.gamma()) && !isPerSample(affine.beta());
    return switch (scope) {
      case NormScope.Batch() when shared -> of(1, x.n() * x.plane(), x.c(), 1, false);
      case NormScope.Batch() -> of(x.n(), x.plane(), x.c(), 1, true);
      case NormScope.Instance() -> of(x.n(), x.plane(), x.c(), 1, false);
      case NormScope.Layer() -> of(x.n(), x.plane(), x.c(), x.c(), false);
      case NormScope.Group(int groups) -> of(x.n(), x.plane(), x.c(), x.c() / groups, false);
    };
  }

  private static NormSets of(
      int samples, int pixels, int channels, int channelsPerSet, boolean acrossSamples) {
    int unit = ChannelPattern.of(channels).pixels(UNIT);
    int units = Math.ceilDiv(pixels, unit);
    return new NormSets(samples, pixels, channels, channelsPerSet, acrossSamples, unit, units);
  }

  private static boolean isPerSample(Tensor parameter) {
    return parameter != null && parameter.shape().n() > 1;
  }

  /** Whether every channel of every sample has a mean of its own. */
  boolean eachChannelAlone() {
    return channelsPerSet == 1 && !acrossSamples;
  }

  int units() {
    return samples * unitsPerSample;
  }

  int sampleOf(int unit) {
    return unit / unitsPerSample;
  }

  /** Pixels of one unit. */
  int pixelsOf(int unit) {
    return Math.min(unitPixels, pixels - unit % unitsPerSample * unitPixels);
  }

  /** Where a unit starts, in elements. */
  int startOf(int unit) {
    return (sampleOf(unit) * pixels + unit % unitsPerSample * unitPixels) * channels;
  }

  /** Elements of one sample. */
  int sampleSize() {
    return pixels * channels;
  }

  int setsPerSample() {
    return channels / channelsPerSet;
  }

  /** The entry in the tables of moments for a set of channels of one sample. */
  int entry(int sample, int set) {
    return acrossSamples ? set : sample * setsPerSample() + set;
  }

  /** How many elements share a mean. */
  double count() {
    return (double) pixels * channelsPerSet * (acrossSamples ? samples : 1);
  }
}
