package lanewise.backend.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * One normalisation, set by set of the elements that share a mean and a variance.
 *
 * <p>With {@code xhat = (x - mean) / sqrt(variance + eps)} and {@code z = gamma * xhat + beta}, the
 * result is {@code activation(z)}.
 */
final class Normalization {
  private final NormSpec spec;
  private final Moments moments;
  private final Shape shape;
  private final MemorySegment xs;
  private final MemorySegment means;
  private final MemorySegment variances;
  private final Parameter gamma;
  private final Parameter beta;

  Normalization(NormSpec spec, Tensor x, Affine affine, Moments moments) {
    this.spec = spec;
    this.moments = moments;
    shape = x.shape();
    xs = x.segment();
    means = moments.mean().segment();
    variances = moments.variance().segment();
    gamma = Parameter.of(affine.gamma(), 1);
    beta = Parameter.of(affine.beta(), 0);
  }

  void forward(Tensor y) {
    MemorySegment ys = y.segment();
    int sets = moments.mean().shape().size();
    for (int i = 0; i < sets; i++) {
      Elements set = Elements.of(spec.scope(), shape, i);
      double mean = means.getAtIndex(JAVA_FLOAT, i);
      double variance = variances.getAtIndex(JAVA_FLOAT, i);
      if (moments.source() == Source.INPUT) {
        mean = mean(set);
        variance = variance(set, mean);
        means.setAtIndex(JAVA_FLOAT, i, (float) mean);
        variances.setAtIndex(JAVA_FLOAT, i, (float) variance);
      }
      double deviation = Math.sqrt(variance + spec.eps());
      for (int n = set.fromN; n < set.toN; n++) {
        for (int pixel = 0; pixel < shape.plane(); pixel++) {
          for (int c = set.fromC; c < set.toC; c++) {
            int at = index(n, pixel, c);
            double xhat = (xs.getAtIndex(JAVA_FLOAT, at) - mean) / deviation;
            double z = gamma.at(n, c) * xhat + beta.at(n, c);
            ys.setAtIndex(JAVA_FLOAT, at, (float) (z > 0 ? z : spec.activation().slope() * z));
          }
        }
      }
    }
  }

  private double mean(Elements set) {
    double sum = 0;
    for (int n = set.fromN; n < set.toN; n++) {
      for (int pixel = 0; pixel < shape.plane(); pixel++) {
        for (int c = set.fromC; c < set.toC; c++) {
          sum += xs.getAtIndex(JAVA_FLOAT, index(n, pixel, c));
        }
      }
    }
    return sum / spec.scope().count(shape);
  }

  private double variance(Elements set, double mean) {
    double sum = 0;
    for (int n = set.fromN; n < set.toN; n++) {
      for (int pixel = 0; pixel < shape.plane(); pixel++) {
        for (int c = set.fromC; c < set.toC; c++) {
          double difference = xs.getAtIndex(JAVA_FLOAT, index(n, pixel, c)) - mean;
          sum += difference * difference;
        }
      }
    }
    return sum / spec.scope().count(shape);
  }

  /**
   * With {@code dz = activation'(z) * dy}: gamma's gradient sums {@code dz * xhat}, beta's sums
   * {@code dz}, and with {@code dxhat = gamma * dz}
   *
   * <pre>{@code dx = (dxhat - mean(dxhat) - xhat * mean(dxhat * xhat)) / sqrt(variance + eps)}</pre>
   *
   * over each set; the two means are absent where the moments are constants.
   */
  void backward(Tensor dy, Tensor dx, Affine gradients) {
    MemorySegment dys = dy.segment();
    MemorySegment dxs = dx == null ? null : dx.segment();
    double[] dgamma = sums(gradients.gamma());
    double[] dbeta = sums(gradients.beta());
    int sets = moments.mean().shape().size();
    for (int i = 0; i < sets; i++) {
      Elements set = Elements.of(spec.scope(), shape, i);
      double mean = means.getAtIndex(JAVA_FLOAT, i);
      double deviation = Math.sqrt(variances.getAtIndex(JAVA_FLOAT, i) + (double) spec.eps());
      double sum = 0;
      double sumXhat = 0;
      for (int n = set.fromN; n < set.toN; n++) {
        for (int pixel = 0; pixel < shape.plane(); pixel++) {
          for (int c = set.fromC; c < set.toC; c++) {
            int at = index(n, pixel, c);
            double xhat = (xs.getAtIndex(JAVA_FLOAT, at) - mean) / deviation;
            double dz = dz(n, c, xhat, dys.getAtIndex(JAVA_FLOAT, at));
            sum += gamma.at(n, c) * dz;
            sumXhat += gamma.at(n, c) * dz * xhat;
            if (dgamma != null) {
              dgamma[gamma.index(n, c)] += dz * xhat;
            }
            if (dbeta != null) {
              dbeta[beta.index(n, c)] += dz;
            }
          }
        }
      }
      if (dxs == null) {
        continue;
      }
      boolean through = moments.source() == Source.INPUT;
      double meanDxhat = through ? sum / spec.scope().count(shape) : 0;
      double meanDxhatXhat = through ? sumXhat / spec.scope().count(shape) : 0;
      for (int n = set.fromN; n < set.toN; n++) {
        for (int pixel = 0; pixel < shape.plane(); pixel++) {
          for (int c = set.fromC; c < set.toC; c++) {
            int at = index(n, pixel, c);
            double xhat = (xs.getAtIndex(JAVA_FLOAT, at) - mean) / deviation;
            double dxhat = gamma.at(n, c) * dz(n, c, xhat, dys.getAtIndex(JAVA_FLOAT, at));
            double gradient = (dxhat - meanDxhat - xhat * meanDxhatXhat) / deviation;
            dxs.setAtIndex(JAVA_FLOAT, at, (float) gradient);
          }
        }
      }
    }
    store(dgamma, gradients.gamma());
    store(dbeta, gradients.beta());
  }

  private double dz(int n, int c, double xhat, double dy) {
    double z = gamma.at(n, c) * xhat + beta.at(n, c);
    return z > 0 ? dy : spec.activation().slope() * dy;
  }

  private int index(int n, int pixel, int c) {
    return (n * shape.plane() + pixel) * shape.c() + c;
  }

  private static double[] sums(Tensor gradient) {
    return gradient == null ? null : new double[gradient.shape().size()];
  }

  private static void store(double[] sums, Tensor gradient) {
    if (gradient != null) {
      for (int i = 0; i < sums.length; i++) {
        gradient.segment().setAtIndex(JAVA_FLOAT, i, (float) sums[i]);
      }
    }
  }

  /** The samples and channels whose elements share entry {@code i} of the table of moments. */
  private record Elements(int fromN, int toN, int fromC, int toC) {

    static Elements of(NormScope scope, Shape x, int i) {
      return switch (scope) {
        case NormScope.Batch() -> new Elements(0, x.n(), i, i + 1);
        case NormScope.Instance() -> group(x, i, x.c());
        case NormScope.Layer() -> group(x, i, 1);
        case NormScope.Group(int groups) -> group(x, i, groups);
      };
    }

    private static Elements group(Shape x, int i, int groups) {
      int channels = x.c() / groups;
      int first = i % groups * channels;
      return new Elements(i / groups, i / groups + 1, first, first + channels);
    }
  }

  /** Gamma or beta: absent, one value a channel, or one a sample and channel. */
  private record Parameter(MemorySegment values, double absent, int strideN) {

    static Parameter of(Tensor t, double absent) {
      return t == null
          ? new Parameter(null, absent, 0)
          : new Parameter(t.segment(), absent, t.shape().n() == 1 ? 0 : t.shape().c());
    }

    int index(int n, int c) {
      return n * strideN + c;
    }

    double at(int n, int c) {
      return values == null ? absent : values.getAtIndex(JAVA_FLOAT, index(n, c));
    }
  }
}
