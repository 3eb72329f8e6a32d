package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.Tensor;

/**
 * The coefficients of a normalisation, one for each sample and channel, as {@link ChannelPattern}
 * lays them out; each sample has a part of its own. The arrays grow and are kept.
 */
final class NormTables {
  float[] mean = {};

  /** {@code gamma / sqrt(variance + eps)}. */
  float[] scale = {};

  /** {@code beta - mean * scale}. */
  float[] shift = {};

  /** What the backward pass multiplies x with, and adds: the flow through the moments. */
  float[] xScale = {};

  float[] xShift = {};

  private NormSets sets;
  private ChannelPattern pattern;
  private double eps;
  private Parameter gamma;
  private Parameter beta;
  private MemorySegment means;
  private MemorySegment variances;

  /** Makes room, and notes where the coefficients come from. */
  void open(NormSets sets, ChannelPattern pattern, double eps, Affine affine, Moments moments) {
    this.sets = sets;
    this.pattern = pattern;
    this.eps = eps;
    gamma = Parameter.of(affine.gamma(), 1);
    beta = Parameter.of(affine.beta(), 0);
    means = moments.mean().segment();
    variances = moments.variance().segment();
    int size = sets.samples() * pattern.tableLength();
    if (mean.length < size) {
      mean = new float[size];
      scale = new float[size];
      shift = new float[size];
      xScale = new float[size];
      xShift = new float[size];
    }
  }

  int start(int sample) {
    return sample * pattern.tableLength();
  }

  void storeMoments(int entry, double mean, double variance) {
    means.setAtIndex(JAVA_FLOAT, entry, (float) mean);
    variances.setAtIndex(JAVA_FLOAT, entry, (float) variance);
  }

  double mean(int entry) {
    return means.getAtIndex(JAVA_FLOAT, entry);
  }

  double inverseDeviation(int entry) {
    return 1 / Math.sqrt(variances.getAtIndex(JAVA_FLOAT, entry) + eps);
  }

  double gamma(int sample, int channel) {
    return gamma.at(sample, channel);
  }

  /**
   * Folds gamma and beta into a sample's scale and shift. They come from the moments as stored, not
   * as computed, so that forward and backward pass agree on the sign of each element.
   */
  void fold(int sample) {
    int start = start(sample);
    for (int set = 0, c = 0; set < sets.setsPerSample(); set++) {
      int entry = sets.entry(sample, set);
      double center = mean(entry);
      double inverse = inverseDeviation(entry);
      for (int end = c + sets.channelsPerSet(); c < end; c++) {
        float factor = (float) (gamma.at(sample, c) * inverse);
        mean[start + c] = (float) center;
        scale[start + c] = factor;
        shift[start + c] = (float) (beta.at(sample, c) - center * factor);
      }
    }
    pattern.repeat(mean, start);
    pattern.repeat(scale, start);
    pattern.repeat(shift, start);
  }

  /** Completes a sample's xScale and xShift, of which the channels are filled in. */
  void repeatFlow(int sample) {
    pattern.repeat(xScale, start(sample));
    pattern.repeat(xShift, start(sample));
  }

  /** Gamma or beta: absent, one value a channel, or one a sample and channel. */
  private record Parameter(MemorySegment values, double absent, int stride) {

    static Parameter of(Tensor t, double absent) {
      return t == null
          ? new Parameter(null, absent, 0)
          : new Parameter(t.segment(), absent, t.shape().n() == 1 ? 0 : t.shape().c());
    }

    double at(int sample, int channel) {
      return values == null ? absent : values.getAtIndex(JAVA_FLOAT, sample * stride + channel);
    }
  }
}
