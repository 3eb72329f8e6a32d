package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.util.List;
import lanewise.backend.Activation;
import lanewise.backend.AdamSpec;
import lanewise.backend.Algorithm;
import lanewise.backend.AxisMap;
import lanewise.backend.AxisOrder;
import lanewise.backend.BackendOptions;
import lanewise.backend.Binary;
import lanewise.backend.ConvPass;
import lanewise.backend.ConvSpec;
import lanewise.backend.DropoutSpec;
import lanewise.backend.ElementType;
import lanewise.backend.Layout;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.Padding;
import lanewise.backend.PoolSpec;
import lanewise.backend.PooledBackend;
import lanewise.backend.Precision;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;
import lanewise.backend.cuda.cudnn.Handle;
import lanewise.backend.cuda.driver.Allocator;
import lanewise.backend.cuda.driver.Context;
import lanewise.backend.cuda.driver.Device;
import lanewise.backend.cuda.driver.Graph;
import lanewise.backend.cuda.driver.Resources;
import lanewise.backend.cuda.driver.Stream;
import lanewise.backend.cuda.driver.Workspace;

/**
 * The engine on an NVIDIA GPU: which class computes what.
 *
 * <p>Everything is queued on one stream; only {@link #read} and {@link #sync} wait for it.
 */
final class CudaBackend extends PooledBackend {
  private static final double GIB = 1L << 30;

  private final Resources owned;
  private final Description description;
  private final Precision precision;
  private final Stream stream;
  private final Allocator allocator;
  private final Workspace workspace;
  private final Staging staging;
  private final Kernels kernels;
  private final Measuring measuring;
  private final FilterCopies filters;
  private final AxisMapTables axisMaps;
  private final Convolutions convolutions;
  private final Normalisation normalisation;
  private int batch;
  private boolean recording;
  private boolean closed;

  private CudaBackend(Resources owned, BackendOptions options) {
    this.owned = owned;
    precision = options.precision();
    Context context = owned.add(Context.open(options.device()));
    stream = owned.add(Stream.create(context));
    allocator = owned.add(new Allocator(context, this::remedy));
    workspace = new Workspace(allocator, stream);
    staging = owned.add(new Staging(stream));
    kernels = owned.add(Kernels.load(stream, workspace));
    Handle cudnn = owned.add(Handle.create(stream));
    description = describe(context.device(), precision);
    measuring = new Measuring(stream);
    Scratch scratch = new PoolScratch();
    filters = new FilterCopies(scratch, kernels.permutation());
    axisMaps = new AxisMapTables(scratch, staging);
    Choices choices = Choices.of(machine(context.device()));
    convolutions =
        owned.add(
            new Convolutions(
                cudnn, precision, allocator, workspace, scratch, kernels, filters, choices,
                measuring));
    LegacyNorm legacy = owned.add(new LegacyNorm(cudnn, scratch, kernels));
    GraphNorm graph = owned.add(new GraphNorm(cudnn, workspace, scratch, kernels));
    normalisation =
        new Normalisation(
            new KernelNorm(kernels.norms()), List.of(legacy, graph), choices, measuring);
  }

  /**
   * Opens a device.
   *
   * @throws lanewise.UserException if the driver or cuDNN refuses
   */
  static CudaBackend open(BackendOptions options) {
    Resources owned = new Resources();
    try {
      return new CudaBackend(owned, options);
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
  }

  private static Description describe(Device device, Precision precision) {
    String words =
        "%s, %.1f GiB, cuDNN %s, %s"
            .formatted(device.name(), device.memory() / GIB, cudnnVersion(), precision);
    return new Description("cuda", words, 1, 1);
  }

  private static String cudnnVersion() {
    long version = Handle.version();
    return "%d.%d.%d".formatted(version / 10_000, version / 100 % 100, version % 100);
  }

  /** What the choice of an algorithm depends on. */
  private static String machine(Device device) {
    return "%s-driver-%d-cudnn-%s".formatted(device.name(), device.driver(), cudnnVersion());
  }

  @Override
  public Description description() {
    return description;
  }

  // ---- 1. memory

  @Override
  protected MemorySegment acquire(long bytes) {
    return allocator.tryAllocate(bytes).orElseGet(() -> acquireAgain(bytes));
  }

  /** Blocks of other sizes that nobody uses may be what is missing. */
  private MemorySegment acquireAgain(long bytes) {
    trim();
    return allocator.allocate(bytes);
  }

  /** A recording may have used what is free, and will again. */
  @Override
  public void trim() {
    if (!recording) {
      stream.synchronize();
      super.trim();
      allocator.trim();
    }
  }

  @Override
  protected void giveBack(MemorySegment block) {
    allocator.free(block);
  }

  @Override
  protected MemorySegment slice(MemorySegment block, long offset, long bytes) {
    return block.asSlice(offset, bytes);
  }

  /** What a user can do if there is not enough memory; {@code asked} for and not to be had. */
  private String remedy(long asked) {
    if (batch < 2) {
      return "use a smaller --batch-size, or end other programs on this GPU";
    }
    long available = allocator.bytes() + allocator.context().memoryInfo().free();
    long needed = allocator.bytes() + asked;
    // At least so much is needed, so at most this fits.
    long most = Math.min(batch / 2, batch * available / needed);
    return "try --batch-size %d instead of %d, or end other programs on this GPU"
        .formatted(Math.max(1, Long.highestOneBit(most)), batch);
  }

  @Override
  public Tensor allocateActivation(Shape shape) {
    return allocate(shape, precision == Precision.BF16 ? ElementType.BF16 : ElementType.F32);
  }

  @Override
  public void upload(float[] source, Tensor target) {
    requireNoRecording("upload");
    Shape shape = target.shape();
    if (shape.plane() > 1 && shape.layout() == Layout.NHWC) {
      batch = shape.n();
    }
    if (isInPyTorchsOrder(target)) {
      staging.upload(source, target.segment());
      return;
    }
    try (Scope _ = scope()) {
      MemorySegment values = allocate(Shape.vector(source.length)).segment();
      staging.upload(source, values);
      kernels.permutation().fromPyTorch(values, target);
    }
  }

  @Override
  public void read(Tensor source, float[] target) {
    requireNoRecording("read");
    if (isInPyTorchsOrder(source)) {
      staging.read(source.segment(), target);
      return;
    }
    try (Scope _ = scope()) {
      MemorySegment values = allocate(Shape.vector(target.length)).segment();
      kernels.permutation().toPyTorch(source, values);
      staging.read(values, target);
    }
  }

  private static boolean isInPyTorchsOrder(Tensor t) {
    Shape s = t.shape();
    return t.type() == ElementType.F32
        && s.layout() == Layout.NHWC
        && (s.c() == 1 || s.plane() == 1);
  }

  @Override
  public void copy(Tensor source, Tensor target) {
    kernels.pointwise().copy(source, target);
  }

  @Override
  public void fill(Tensor target, float value) {
    kernels.pointwise().fill(target, value);
  }

  @Override
  public void sync() {
    requireNoRecording("sync");
    stream.synchronize();
  }

  private void requireNoRecording(String operation) {
    if (recording) {
      throw new IllegalStateException(operation + " cannot be part of a captured step");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    stream.finish();
    owned.close();
  }

  // ---- 2. pointwise operations and reduction

  @Override
  public void map(Unary f, Tensor x, Tensor y) {
    kernels.pointwise().map(f, x, y);
  }

  @Override
  public void zip(Binary f, Tensor a, Tensor b, Tensor y) {
    kernels.pointwise().zip(f, a, b, y);
  }

  @Override
  public void accumulate(float alpha, Tensor x, Tensor y) {
    kernels.pointwise().accumulate(alpha, x, y);
  }

  @Override
  public void sum(Tensor x, Tensor y) {
    kernels.reduction().sum(x, y);
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
    kernels.gemm().gemm(transposeA, transposeB, alpha, a, b, beta, c);
  }

  // ---- 4. convolution

  @Override
  public void convForward(ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    convolutions.forward(spec, x, w, y);
  }

  @Override
  public void convBackwardData(ConvSpec spec, Tensor dy, Tensor w, Tensor dx) {
    convolutions.backwardData(spec, dy, w, dx);
  }

  @Override
  public void convBackwardFilter(ConvSpec spec, Tensor x, Tensor dy, Tensor dw) {
    convolutions.backwardFilter(spec, x, dy, dw);
  }

  // ---- 5. normalisation

  @Override
  public void normForward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y) {
    normalisation.forward(spec, x, affine, moments, y);
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
    normalisation.backward(spec, x, dy, affine, moments, dx, gradients);
  }

  // ---- 6. resampling, padding, pooling, order and dropout

  @Override
  public void upsampleNearest(int factor, Tensor x, Tensor y) {
    kernels.resampling().upsampleNearest(factor, x, y);
  }

  @Override
  public void upsampleNearestAdjoint(int factor, Tensor dy, Tensor dx) {
    kernels.resampling().upsampleNearestAdjoint(factor, dy, dx);
  }

  @Override
  public void reflectPad(Padding padding, Tensor x, Tensor y) {
    kernels.resampling().reflectPad(padding, x, y);
  }

  @Override
  public void reflectPadAdjoint(Padding padding, Tensor dy, Tensor dx) {
    kernels.resampling().reflectPadAdjoint(padding, dy, dx);
  }

  @Override
  public void copyChannels(Tensor source, int from, Tensor target, int to, int count) {
    kernels.channels().copy(source, from, target, to, count);
  }

  @Override
  public void resample(AxisMap rows, AxisMap columns, Tensor x, Tensor y) {
    kernels.resampling().resample(axisMaps.get(rows), axisMaps.get(columns), x, y);
  }

  @Override
  public void permute(AxisOrder order, Tensor x, Tensor y) {
    kernels.permutation().permute(order, x, y);
  }

  @Override
  public void maxPool(PoolSpec spec, Tensor x, Tensor values, Tensor y) {
    kernels.maxPooling().pick(spec, x, values, y);
  }

  @Override
  public void maxPoolAdjoint(PoolSpec spec, Tensor x, Tensor dy, Tensor dx) {
    kernels.maxPooling().scatter(spec, x, dy, dx);
  }

  @Override
  public void dropout(DropoutSpec spec, Tensor key, Tensor mask) {
    kernels.dropout().draw(spec, key, mask);
  }

  // ---- 7. fused

  @Override
  public void biasActivation(Tensor x, Tensor bias, Activation activation, Tensor y) {
    kernels.pointwise().biasActivation(x, bias, activation, y);
  }

  @Override
  public void adam(
      AdamSpec spec, Tensor rates, Tensor values, Tensor gradients, Tensor m, Tensor v) {
    kernels.adam().adam(spec, rates, values, gradients, m, v);
  }

  // ---- 8. replay

  @Override
  public Runnable capture(Runnable step) {
    return new CapturedStep(new StreamRecorder(), step);
  }

  private void recording(boolean recording) {
    this.recording = recording;
    measuring.recording(recording);
    axisMaps.recording(recording);
    workspace.recording(recording);
  }

  private final class StreamRecorder implements CapturedStep.Recorder {

    @Override
    public boolean isRecording() {
      return recording;
    }

    @Override
    public void begin() {
      beginReservation();
      filters.invalidate();
      recording(true);
      stream.beginCapture();
    }

    @Override
    public Graph end() {
      Graph graph = owned.add(stream.endCapture());
      graph.upload(stream);
      recording(false);
      endReservation(true);
      return graph;
    }

    @Override
    public void abandon() {
      stream.abandonCapture();
      recording(false);
      endReservation(false);
      filters.invalidate();
    }

    @Override
    public void replay(Graph graph) {
      graph.launch(stream);
      filters.invalidate();
    }
  }

  // ---- 9. for those who observe

  @Override
  public Algorithm algorithm(ConvPass pass, ConvSpec spec, Shape x, Shape w, Shape y) {
    return convolutions.algorithm(pass, spec, x, w, y);
  }

  private final class PoolScratch implements Scratch {

    @Override
    public Scope scope() {
      return CudaBackend.this.scope();
    }

    @Override
    public Tensor allocate(Shape shape, ElementType type) {
      return CudaBackend.this.allocate(shape, type);
    }

    @Override
    public Tensor allocateUnscoped(Shape shape, ElementType type) {
      return CudaBackend.this.allocateUnscoped(shape, type);
    }
  }
}
