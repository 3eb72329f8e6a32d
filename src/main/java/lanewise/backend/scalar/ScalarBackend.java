package lanewise.backend.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lanewise.backend.AdamSpec;
import lanewise.backend.AxisMap;
import lanewise.backend.AxisOrder;
import lanewise.backend.Binary;
import lanewise.backend.ConvSpec;
import lanewise.backend.DropoutSpec;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.Padding;
import lanewise.backend.PoolSpec;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;
import lanewise.backend.host.HostBackend;

/**
 * The specification that other engines are held to: every operation as its definition reads, in
 * double precision, rounded to float once when an element is stored.
 *
 * <p>It refuses to be fast: one thread, no blocking, no tables, no vectors.
 */
public final class ScalarBackend extends HostBackend {
  static final Description DESCRIPTION =
      new Description("scalar", "any JVM, plain loops on one thread", 1, 1);

  @Override
  public Description description() {
    return DESCRIPTION;
  }

  // ---- 1. memory

  @Override
  public void copy(Tensor source, Tensor target) {
    Pointwise.copy(source, target);
  }

  @Override
  public void fill(Tensor target, float value) {
    Pointwise.fill(target, value);
  }

  // ---- 2. pointwise operations and reduction

  @Override
  public void map(Unary f, Tensor x, Tensor y) {
    Pointwise.map(f, x, y);
  }

  @Override
  public void zip(Binary f, Tensor a, Tensor b, Tensor y) {
    Pointwise.zip(f, a, b, y);
  }

  @Override
  public void accumulate(float alpha, Tensor x, Tensor y) {
    Pointwise.accumulate(alpha, x, y);
  }

  @Override
  public void sum(Tensor x, Tensor y) {
    Pointwise.sum(x, y);
  }

  // ---- 3. matrices

  @Override
  public void gemm(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c) {
    MemorySegment as = a.segment();
    MemorySegment bs = b.segment();
    MemorySegment cs = c.segment();
    int rows = c.shape().n();
    int columns = c.shape().c();
    int inner = transposeA ? a.shape().n() : a.shape().c();
    int lda = a.shape().c();
    int ldb = b.shape().c();
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        for (int k = 0; k < inner; k++) {
          float left = as.getAtIndex(JAVA_FLOAT, transposeA ? k * lda + i : i * lda + k);
          float right = bs.getAtIndex(JAVA_FLOAT, transposeB ? j * ldb + k : k * ldb + j);
          sum += (double) left * right;
        }
        int at = i * columns + j;
        double kept = beta == 0 ? 0 : (double) beta * cs.getAtIndex(JAVA_FLOAT, at);
        cs.setAtIndex(JAVA_FLOAT, at, (float) (alpha * sum + kept));
      }
    }
  }

  // ---- 4. convolution

  @Override
  public void convForward(ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    Convolution.forward(spec, x, w, y);
  }

  @Override
  public void convBackwardData(ConvSpec spec, Tensor dy, Tensor w, Tensor dx) {
    Convolution.backwardData(spec, dy, w, dx);
  }

  @Override
  public void convBackwardFilter(ConvSpec spec, Tensor x, Tensor dy, Tensor dw) {
    Convolution.backwardFilter(spec, x, dy, dw);
  }

  // ---- 5. normalisation

  @Override
  public void normForward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y) {
    new Normalization(spec, x, affine, moments).forward(y);
  }

  @Override
  public void normBackward(
      NormSpec spec,
      Tensor x,
      Tensor dy,
      Affine affine,
      Moments moments,
      Tensor dx,
      Affine gradients) {
    new Normalization(spec, x, affine, moments).backward(dy, dx, gradients);
  }

  // ---- 6. resampling, padding, pooling, order and dropout

  @Override
  public void upsampleNearest(int factor, Tensor x, Tensor y) {
    Resampling.upsampleNearest(factor, x, y);
  }

  @Override
  public void upsampleNearestAdjoint(int factor, Tensor dy, Tensor dx) {
    Resampling.upsampleNearestAdjoint(factor, dy, dx);
  }

  @Override
  public void reflectPad(Padding padding, Tensor x, Tensor y) {
    Resampling.reflectPad(padding, x, y);
  }

  @Override
  public void reflectPadAdjoint(Padding padding, Tensor dy, Tensor dx) {
    Resampling.reflectPadAdjoint(padding, dy, dx);
  }

  @Override
  public void copyChannels(Tensor source, int from, Tensor target, int to, int count) {
    Channels.copy(source, from, target, to, count);
  }

  @Override
  public void resample(AxisMap rows, AxisMap columns, Tensor x, Tensor y) {
    Resampling.resample(rows, columns, x, y);
  }

  @Override
  public void permute(AxisOrder order, Tensor x, Tensor y) {
    int[] sizes = order.resultSizes();
    int[] strides = order.resultStrides();
    for (int i = 0; i < y.shape().size(); i++) {
      int from = 0;
      for (int axis = order.rank() - 1, rest = i; axis >= 0; axis--) {
        from += rest % sizes[axis] * strides[axis];
        rest /= sizes[axis];
      }
      y.segment().setAtIndex(JAVA_FLOAT, i, x.segment().getAtIndex(JAVA_FLOAT, from));
    }
  }

  @Override
  public void maxPool(PoolSpec spec, Tensor x, Tensor values, Tensor y) {
    MaxPooling.pick(spec, x, values, y);
  }

  @Override
  public void maxPoolAdjoint(PoolSpec spec, Tensor x, Tensor dy, Tensor dx) {
    MaxPooling.scatter(spec, x, dy, dx);
  }

  @Override
  public void dropout(DropoutSpec spec, Tensor key, Tensor mask) {
    MemorySegment parts = key.segment();
    int a = spec.first(parts.getAtIndex(JAVA_FLOAT, 0), parts.getAtIndex(JAVA_FLOAT, 1));
    int b = spec.second(parts.getAtIndex(JAVA_FLOAT, 2), parts.getAtIndex(JAVA_FLOAT, 3));
    for (int i = 0; i < mask.shape().size(); i++) {
      int hash = DropoutSpec.mix(DropoutSpec.mix(i ^ a) ^ b) >>> 8;
      mask.segment().setAtIndex(JAVA_FLOAT, i, hash >= spec.threshold() ? spec.scale() : 0);
    }
  }

  // ---- 7. fused

  @Override
  public void adam(
      AdamSpec spec, Tensor rates, Tensor values, Tensor gradients, Tensor m, Tensor v) {
    MemorySegment ps = values.segment();
    MemorySegment gs = gradients.segment();
    MemorySegment ms = m.segment();
    MemorySegment vs = v.segment();
    double stepSize = rates.segment().getAtIndex(JAVA_FLOAT, 0);
    double varianceScale = rates.segment().getAtIndex(JAVA_FLOAT, 1);
    for (int i = 0; i < values.shape().size(); i++) {
      double p = ps.getAtIndex(JAVA_FLOAT, i);
      double g = gs.getAtIndex(JAVA_FLOAT, i);
      double mean = spec.beta1() * ms.getAtIndex(JAVA_FLOAT, i) + (1 - spec.beta1()) * g;
      double square = spec.beta2() * vs.getAtIndex(JAVA_FLOAT, i) + (1 - spec.beta2()) * g * g;
      p -= stepSize * mean / (Math.sqrt(square) * varianceScale + spec.eps());
      ms.setAtIndex(JAVA_FLOAT, i, (float) mean);
      vs.setAtIndex(JAVA_FLOAT, i, (float) square);
      ps.setAtIndex(JAVA_FLOAT, i, (float) p);
    }
  }
}
