package lanewise.backend.simd;

import java.util.OptionalDouble;
import lanewise.backend.Activation;
import lanewise.backend.AdamSpec;
import lanewise.backend.Algorithm;
import lanewise.backend.AxisMap;
import lanewise.backend.AxisOrder;
import lanewise.backend.Binary;
import lanewise.backend.ConvPass;
import lanewise.backend.ConvSpec;
import lanewise.backend.DropoutSpec;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.Padding;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;
import lanewise.backend.host.HostBackend;

/** The CPU engine: which class computes what. */
final class SimdBackend extends HostBackend {
  private final Workers workers;
  private final Pointwise pointwise;
  private final Reduction reduction;
  private final Gemm gemm;
  private final ConvPlanner planner;
  private final Convolution convolution;
  private final Normalisation normalisation;
  private final Resampling resampling;
  private final Channels channels;
  private final AxisMaps axisMaps;
  private final Reordering reordering;
  private final MaxPooling maxPooling;
  private final Dropout dropout;
  private final Adam adam;

  SimdBackend(int threads) {
    workers = new Workers(threads);
    RowProduct rowProduct = new RowProduct(workers);
    OuterProduct outerProduct = new OuterProduct(workers);
    RightPanels right = new RightPanels(workers);
    pointwise = new Pointwise(workers);
    reduction = new Reduction(workers);
    gemm = new Gemm(rowProduct, outerProduct, new DeepProduct(workers), right);
    planner = new ConvPlanner(ConvPlanner.Preference.ofProperty());
    convolution = new Convolution(planner, workers, rowProduct, outerProduct, right);
    normalisation = new Normalisation(workers);
    resampling = new Resampling(workers);
    channels = new Channels(workers);
    axisMaps = new AxisMaps(workers);
    reordering = new Reordering(workers);
    maxPooling = new MaxPooling(workers);
    dropout = new Dropout(workers);
    adam = new Adam(workers);
  }

  @Override
  public Description description() {
    return new Description("simd", device(), Lanes.COUNT, workers.threads());
  }

  /** What computes, in words. */
  static String device() {
    return "Vector API, %d-bit, %d lanes".formatted(Lanes.SPECIES.vectorBitSize(), Lanes.COUNT);
  }

  // ---- 1. memory

  @Override
  public void copy(Tensor source, Tensor target) {
    pointwise.copy(source, target);
  }

  @Override
  public void fill(Tensor target, float value) {
    pointwise.fill(target, value);
  }

  @Override
  public void close() {
    workers.close();
    super.close();
  }

  // ---- 2. pointwise operations and reduction

  @Override
  public void map(Unary f, Tensor x, Tensor y) {
    pointwise.map(f, x, y);
  }

  @Override
  public void zip(Binary f, Tensor a, Tensor b, Tensor y) {
    pointwise.zip(f, a, b, y);
  }

  @Override
  public void accumulate(float alpha, Tensor x, Tensor y) {
    pointwise.accumulate(alpha, x, y);
  }

  @Override
  public void sum(Tensor x, Tensor y) {
    reduction.sum(x, y);
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
    gemm.gemm(transposeA, transposeB, alpha, a, b, beta, c);
  }

  // ---- 4. convolution

  @Override
  public void convForward(ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    convolution.convForward(spec, x, w, y);
  }

  @Override
  public void convBackwardData(ConvSpec spec, Tensor dy, Tensor w, Tensor dx) {
    convolution.convBackwardData(spec, dy, w, dx);
  }

  @Override
  public void convBackwardFilter(ConvSpec spec, Tensor x, Tensor dy, Tensor dw) {
    convolution.convBackwardFilter(spec, x, dy, dw);
  }

  // ---- 5. normalisation

  @Override
  public void normForward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y) {
    normalisation.normForward(spec, x, affine, moments, y);
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
    normalisation.normBackward(spec, x, dy, affine, moments, dx, gradients);
  }

  // ---- 6. resampling, padding, pooling, order and dropout

  @Override
  public void upsampleNearest(int factor, Tensor x, Tensor y) {
    resampling.upsampleNearest(factor, x, y);
  }

  @Override
  public void upsampleNearestAdjoint(int factor, Tensor dy, Tensor dx) {
    resampling.upsampleNearestAdjoint(factor, dy, dx);
  }

  @Override
  public void reflectPad(Padding padding, Tensor x, Tensor y) {
    resampling.reflectPad(padding, x, y);
  }

  @Override
  public void reflectPadAdjoint(Padding padding, Tensor dy, Tensor dx) {
    resampling.reflectPadAdjoint(padding, dy, dx);
  }

  @Override
  public void copyChannels(Tensor source, int from, Tensor target, int to, int count) {
    channels.copy(source, from, target, to, count);
  }

  @Override
  public void resample(AxisMap rows, AxisMap columns, Tensor x, Tensor y) {
    axisMaps.resample(rows, columns, x, y);
  }

  @Override
  public void permute(AxisOrder order, Tensor x, Tensor y) {
    reordering.permute(order, x, y);
  }

  @Override
  public void maxPool(PoolSpec spec, Tensor x, Tensor values, Tensor y) {
    maxPooling.pick(spec, x, values, y);
  }

  @Override
  public void maxPoolAdjoint(PoolSpec spec, Tensor x, Tensor dy, Tensor dx) {
    maxPooling.scatter(spec, x, dy, dx);
  }

  @Override
  public void dropout(DropoutSpec spec, Tensor key, Tensor mask) {
    dropout.draw(spec, key, mask);
  }

  // ---- 7. fused

  @Override
  public void biasActivation(Tensor x, Tensor bias, Activation activation, Tensor y) {
    pointwise.biasActivation(x, bias, activation, y);
  }

  @Override
  public void adam(
      AdamSpec spec, Tensor rates, Tensor values, Tensor gradients, Tensor m, Tensor v) {
    adam.adam(spec, rates, values, gradients, m, v);
  }

  // ---- 9. for those who observe

  @Override
  public Algorithm algorithm(ConvPass pass, ConvSpec spec, Shape x, Shape w, Shape y) {
    return planner.plan(pass, spec, x, w, y).inWords();
  }

  @Override
  public OptionalDouble peakGflops() {
    return OptionalDouble.of(FmaPeak.gflops(workers));
  }
}
