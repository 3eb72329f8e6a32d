package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import lanewise.backend.ElementType;
import lanewise.backend.Memory;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Tensors without a backend, for tests of kernels alone. */
final class TestTensors {
  private TestTensors() {}

  static Tensor random(Shape shape, long seed) {
    Tensor t = poisoned(shape);
    Random random = new Random(seed);
    for (int i = 0; i < shape.size(); i++) {
      t.segment().setAtIndex(JAVA_FLOAT, i, random.nextFloat() * 2 - 1);
    }
    return t;
  }

  static Tensor of(Shape shape, float... values) {
    Tensor t = poisoned(shape);
    MemorySegment.copy(values, 0, t.segment(), JAVA_FLOAT, 0, values.length);
    return t;
  }

  /** Full of NaN, as no output may be read. */
  static Tensor poisoned(Shape shape) {
    Tensor t = new Tensor(shape, ElementType.F32, new HeapFreeMemory(shape.size() * 4L));
    t.segment().fill((byte) 0xff);
    return t;
  }

  static float[] values(Tensor t) {
    return t.segment().toArray(JAVA_FLOAT);
  }

  private static final class HeapFreeMemory extends Memory {
    private final MemorySegment block;

    HeapFreeMemory(long bytes) {
      super(null);
      block = Arena.ofAuto().allocate(bytes, 64);
    }

    @Override
    protected MemorySegment slice(long offset, long bytes) {
      return block.asSlice(offset, bytes);
    }

    @Override
    protected void release() {}
  }
}
