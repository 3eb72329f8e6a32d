package lanewise.inference;

import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * Mean and sum of squared deviations of each plane of one image, merged from those of strips of it
 * in double by Chan's formula.
 */
final class PlaneMoments {
  private static final NormSpec EACH_PLANE =
      new NormSpec(NormScope.INSTANCE, 1e-5f, Activation.NONE);

  private final double[] means;
  private final double[] squares;
  private long count;

  PlaneMoments(int channels) {
    means = new double[channels];
    squares = new double[channels];
  }

  /** Adds the planes of a strip, whose moments the engine computes as norms do. */
  void add(Backend backend, Tensor strip) {
    int channels = means.length;
    float[] mean = new float[channels];
    float[] variance = new float[channels];
    try (Scope _ = backend.scope()) {
      Shape table = Shape.matrix(1, channels);
      Moments moments = new Moments(backend.allocate(table), backend.allocate(table), Source.INPUT);
      Tensor unused = backend.allocate(strip.shape());
      backend.normForward(EACH_PLANE, strip, Affine.NONE, moments, unused);
      backend.read(moments.mean(), mean);
      backend.read(moments.variance(), variance);
    }
    int added = strip.shape().plane();
    for (int c = 0; c < channels; c++) {
      merge(c, mean[c], (double) variance[c] * added, added);
    }
    count += added;
  }

  private void merge(int c, double mean, double square, long added) {
    double delta = mean - means[c];
    double share = (double) added / (count + added);
    means[c] += delta * share;
    squares[c] += square + delta * delta * count * share;
  }

  /**
   * Writes mean and variance to tables, of which each element stands for as many neighbouring
   * channels.
   */
  void upload(Backend backend, Tensor mean, Tensor variance) {
    int sets = mean.shape().size();
    int channels = means.length / sets;
    float[] tableOfMeans = new float[sets];
    float[] tableOfVariances = new float[sets];
    for (int set = 0; set < sets; set++) {
      double average = 0;
      for (int c = set * channels; c < (set + 1) * channels; c++) {
        average += means[c] / channels;
      }
      double square = 0;
      for (int c = set * channels; c < (set + 1) * channels; c++) {
        double delta = means[c] - average;
        square += squares[c] + delta * delta * count;
      }
      tableOfMeans[set] = (float) average;
      tableOfVariances[set] = (float) (square / ((double) count * channels));
    }
    backend.upload(tableOfMeans, mean);
    backend.upload(tableOfVariances, variance);
  }
}
