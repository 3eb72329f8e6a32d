package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.Tensor;

/**
 * The coefficients of a normalisation, one for each sample and channel, as {@link ChannelPattern}
 * lays them out; each sample has a part of its own. The arrays grow and are kept.
 */
final class NormTables {
  float[] mean = {};

  /** {@code 1 / sqrt(variance + eps)}. */
  double[] inverse = {};

  /** {@code gamma / sqrt(variance + eps)}. */
  float[] scale = {};

  /** {@code beta - mean * scale}. */
  float[] shift = {};

  /** What the backward pass multiplies x with, and adds: the flow through the moments. */
  float[] xScale = {};

  float[] xShift = {};

  private float[] variance = {};
  private NormSets sets;
  private ChannelPattern pattern;
  private double eps;
  private Affine affine;
  private MemorySegment means;
  private MemorySegment variances;

  /** Makes room, and notes where the coefficients come from. */
  void open(NormSets sets, ChannelPattern pattern, double eps, Affine affine, Moments moments) {
    this.sets = sets;
    this.pattern = pattern;
    this.eps = eps;
    this.affine = affine;
    means = moments.mean().segment();
    variances = moments.variance().segment();
    int size = sets.samples() * pattern.tableLength();
    if (mean.length < size) {
      mean = new float[size];
      variance = new float[size];
      inverse = new double[size];
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

  /**
   * Stores the moments of a sample of which each channel is a set of its own.
   *
   * @param moments means, and sums of squared deviations behind them
   * @param from where they start
   */
  void storeMoments(int sample, double[] moments, int from) {
    int start = start(sample);
    int channels = sets.channels();
    double count = sets.count();
    for (int c = 0; c < channels; c++) {
      mean[start + c] = (float) moments[from + c];
      variance[start + c] = (float) (moments[from + channels + c] / count);
    }
    long to = sets.entry(sample, 0) * 4L;
    MemorySegment.copy(mean, start, means, JAVA_FLOAT, to, channels);
    MemorySegment.copy(variance, start, variances, JAVA_FLOAT, to, channels);
  }

  /**
   * Folds gamma and beta into a sample's scale and shift. They come from the moments as stored, not
   * as computed, so that forward and backward pass agree on the sign of each element.
   */
  void fold(int sample) {
    int start = start(sample);
    int end = start + sets.channels();
    copy(means, sample, mean, start);
    copy(variances, sample, variance, start);
    copy(affine.gamma(), 1, sample, scale);
    copy(affine.beta(), 0, sample, shift);
    for (int i = start; i < end; i++) {
      inverse[i] = 1 / Math.sqrt(variance[i] + eps);
    }
    for (int i = start; i < end; i++) {
      scale[i] = (float) (scale[i] * inverse[i]);
      shift[i] = (float) (shift[i] - (double) mean[i] * scale[i]);
    }
    pattern.repeat(mean, start);
    pattern.repeat(scale, start);
    pattern.repeat(shift, start);
  }

  /** Repeats the entries of a sample's sets for each of their channels. */
  private void copy(MemorySegment from, int sample, float[] to, int start) {
    if (sets.channelsPerSet() == 1) {
      MemorySegment.copy(from, JAVA_FLOAT, sets.entry(sample, 0) * 4L, to, start, sets.channels());
      return;
    }
    for (int set = 0; set < sets.setsPerSample(); set++) {
      int first = start + set * sets.channelsPerSet();
      float value = from.getAtIndex(JAVA_FLOAT, sets.entry(sample, set));
      Arrays.fill(to, first, first + sets.channelsPerSet(), value);
    }
  }

  /** Completes a sample's xScale and xShift, of which the channels are filled in. */
  void repeatFlow(int sample) {
    pattern.repeat(xScale, start(sample));
    pattern.repeat(xShift, start(sample));
  }

  /** Gamma or beta: absent, one value a channel, or one a sample and channel. */
  private void copy(Tensor values, float absent, int sample, float[] to) {
    int start = start(sample);
    int channels = sets.channels();
    if (values == null) {
      Arrays.fill(to, start, start + channels, absent);
    } else {
      long from = values.shape().n() == 1 ? 0 : sample * (channels * 4L);
      MemorySegment.copy(values.segment(), JAVA_FLOAT, from, to, start, channels);
    }
  }
}
