package lanewise.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.ConvPass;
import lanewise.backend.ConvSpec;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Calls of the backend on tensors of its own. */
final class KernelWork implements Work {
  private static final float EPS = 1e-5f;
  private static final float SLOPE = 0.2f;

  private final Backend backend;
  private final List<Tensor> tensors = new ArrayList<>();
  private Runnable calls;
  private double flop;
  private double bytes;

  private KernelWork(Backend backend) {
    this.backend = backend;
  }

  /** A copy of so many fp32 elements. */
  static Work copy(Backend backend, int elements) {
    KernelWork work = new KernelWork(backend);
    Tensor x = work.drawn(backend.allocate(Shape.vector(elements)));
    Tensor y = work.own(backend.allocate(x.shape()));
    work.bytes = 2.0 * x.type().bytes(x.shape());
    return work.of(() -> backend.copy(x, y));
  }

  /** A product of square matrices. */
  static Work gemm(Backend backend, int size) {
    KernelWork work = new KernelWork(backend);
    Shape shape = Shape.matrix(size, size);
    Tensor a = work.drawn(backend.allocate(shape));
    Tensor b = work.drawn(backend.allocate(shape));
    Tensor c = work.own(backend.allocate(shape));
    work.flop = 2.0 * size * size * size;
    return work.of(() -> backend.gemm(false, false, 1, a, b, 0, c));
  }

  /** A pass of a 4x4 convolution that halves the sides of its input. */
  static Work convolution(Backend backend, ConvPass pass, Shape input, int out) {
    KernelWork work = new KernelWork(backend);
    ConvSpec spec = ConvSpec.of(2, 1);
    Shape filter = Shape.filter(out, input.c(), 4, 4);
    Tensor x = work.drawn(backend.allocateActivation(input));
    Tensor w = work.drawn(backend.allocate(filter));
    Tensor y = work.drawn(backend.allocateActivation(spec.outputShape(input, filter)));
    work.flop = 2.0 * y.shape().size() * filter.c() * filter.plane();
    return work.of(
        switch (pass) {
          case FORWARD -> () -> backend.convForward(spec, x, w, y);
          case BACKWARD_DATA -> () -> backend.convBackwardData(spec, y, w, x);
          case BACKWARD_FILTER -> () -> backend.convBackwardFilter(spec, x, y, w);
        });
  }

  /**
   * A normalisation with LeakyReLU behind it, forward and backward. Forward has to read x twice and
   * write y; backward to read x and dy twice and write dx.
   *
   * @param affine whether scale and shift are learned
   */
  static Work norm(Backend backend, NormScope scope, boolean affine, Shape shape) {
    KernelWork work = new KernelWork(backend);
    NormSpec spec = new NormSpec(scope, EPS, Activation.leakyRelu(SLOPE));
    Tensor x = work.drawn(backend.allocateActivation(shape));
    Tensor dy = work.drawn(backend.allocateActivation(shape));
    Tensor y = work.own(backend.allocateActivation(shape));
    Tensor dx = work.own(backend.allocateActivation(shape));
    Shape table = scope.tableShape(shape);
    Moments moments = new Moments(work.table(table), work.table(table), Source.INPUT);
    Affine parameters = affine ? work.affine(shape.c()) : Affine.NONE;
    Affine gradients = affine ? work.affine(shape.c()) : Affine.NONE;
    work.bytes = 8.0 * x.type().bytes(shape);
    return work.of(
        () -> {
          backend.normForward(spec, x, parameters, moments, y);
          backend.normBackward(spec, x, dy, parameters, moments, dx, gradients);
        });
  }

  private Affine affine(int channels) {
    return new Affine(table(Shape.vector(channels)), table(Shape.vector(channels)));
  }

  private Tensor table(Shape shape) {
    return drawn(backend.allocate(shape));
  }

  private Tensor own(Tensor tensor) {
    tensors.add(tensor);
    return tensor;
  }

  /** Uniform in [-1, 1): what it holds may change the speed of processors that run hot. */
  private Tensor drawn(Tensor tensor) {
    SplittableRandom random = new SplittableRandom(tensors.size());
    float[] values = new float[tensor.shape().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    backend.upload(values, tensor);
    return own(tensor);
  }

  private Work of(Runnable calls) {
    this.calls = backend.capture(calls);
    return this;
  }

  @Override
  public void run() {
    calls.run();
  }

  @Override
  public double flop() {
    return flop;
  }

  @Override
  public double bytes() {
    return bytes;
  }

  @Override
  public void close() {
    tensors.forEach(Tensor::close);
  }
}
