package lanewise.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import lanewise.backend.ElementType;
import lanewise.backend.Memory;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.driver.Allocator;
import lanewise.backend.cuda.driver.Context;
import lanewise.backend.cuda.driver.Launcher;
import lanewise.backend.cuda.driver.Module;
import lanewise.backend.cuda.driver.Stream;
import lanewise.backend.cuda.driver.Workspace;
import lanewise.backend.cuda.library.Installation;

/** Our kernels without the engine around them, so that a test chooses how work is partitioned. */
final class KernelRig implements AutoCloseable {
  private final Context context;
  private final Allocator allocator;
  private final Stream stream;
  private final Launcher launcher;
  private final Workspace workspace;
  private final Module module;
  private final Permutation permutation;

  KernelRig() {
    Installation.get();
    context = Context.open(0);
    allocator = new Allocator(context, bytes -> "there is none");
    stream = Stream.create(context);
    launcher = new Launcher(stream);
    workspace = new Workspace(allocator, stream);
    try (InputStream ptx = Kernels.class.getResourceAsStream("kernels.ptx")) {
      module = Module.load(context, ptx.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    permutation = new Permutation(module, call(1), pointwise(1));
  }

  private Call call(int multiprocessors) {
    return new Call(launcher, multiprocessors);
  }

  Pointwise pointwise(int multiprocessors) {
    return new Pointwise(module, call(multiprocessors));
  }

  Reduction reduction(int multiprocessors) {
    Pointwise pointwise = pointwise(multiprocessors);
    return new Reduction(module, call(multiprocessors), pointwise, workspace);
  }

  Gemm gemm(int multiprocessors) {
    return new Gemm(module, call(multiprocessors), reduction(multiprocessors), workspace);
  }

  Norms norms(int multiprocessors, Chunks chunks) {
    return new Norms(module, call(multiprocessors), chunks, workspace);
  }

  /** A tensor whose elements are aligned to 16 bytes. */
  Tensor allocate(Shape shape, ElementType type) {
    return new Tensor(shape, type, new Block(allocator.allocate(type.bytes(shape))));
  }

  Tensor upload(float[] values, Shape shape, ElementType type) {
    Tensor tensor = allocate(shape, type);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocateFrom(JAVA_FLOAT, values);
      MemorySegment staging = allocator.allocate(source.byteSize());
      stream.copyToDevice(source, staging, source.byteSize());
      permutation.fromPyTorch(staging, tensor);
      stream.synchronize();
    }
    return tensor;
  }

  float[] read(Tensor tensor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(JAVA_FLOAT, tensor.shape().size());
      MemorySegment staging = allocator.allocate(target.byteSize());
      permutation.toPyTorch(tensor, staging);
      stream.copyToHost(staging, target, target.byteSize());
      stream.synchronize();
      return target.toArray(JAVA_FLOAT);
    }
  }

  /** Normally distributed around {@code mean}, and as {@code type} can hold them. */
  static float[] values(Shape shape, ElementType type, float mean, Random random) {
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      float value = mean + (float) random.nextGaussian();
      values[i] = type == ElementType.BF16 ? rounded(value) : value;
    }
    return values;
  }

  /** To the nearest bf16, ties to even. */
  static float rounded(float value) {
    int bits = Float.floatToRawIntBits(value);
    return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff_0000);
  }

  @Override
  public void close() {
    stream.synchronize();
    module.close();
    launcher.close();
    allocator.close();
    stream.close();
    context.close();
  }

  private static final class Block extends Memory {
    private final MemorySegment memory;

    Block(MemorySegment memory) {
      super(null);
      this.memory = memory;
    }

    @Override
    protected MemorySegment slice(long offset, long bytes) {
      return memory.asSlice(offset, bytes);
    }

    @Override
    protected void release() {
      // The rig's memory ends with the rig.
    }
  }
}
