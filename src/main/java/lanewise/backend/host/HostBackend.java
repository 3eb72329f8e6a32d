package lanewise.backend.host;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lanewise.UserException;
import lanewise.backend.Layout;
import lanewise.backend.PooledBackend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** The memory of backends that compute on the CPU: off-heap, aligned, always native. */
public abstract class HostBackend extends PooledBackend {
  private final Arena arena = Arena.ofShared();

  @Override
  protected final MemorySegment acquire(long bytes) {
    try {
      return arena.allocate(bytes, ALIGNMENT);
    } catch (OutOfMemoryError e) {
      throw new UserException(
          ("Out of memory: %,d MiB more were asked for and %,d MiB are in use; use a smaller"
                  + " --batch-size, or raise the limit with -XX:MaxDirectMemorySize=SIZE in"
                  + " LANEWISE_JAVA_OPTS")
              .formatted(bytes >> 20, pooledBytes() >> 20),
          e);
    }
  }

  @Override
  protected final MemorySegment slice(MemorySegment block, long offset, long bytes) {
    return block.asSlice(offset, bytes);
  }

  @Override
  public final void upload(float[] source, Tensor target) {
    MemorySegment t = target.segment();
    if (storageOrderIsPyTorchs(target.shape())) {
      MemorySegment.copy(source, 0, t, JAVA_FLOAT, 0, source.length);
      return;
    }
    Order order = Order.of(target.shape());
    for (int i = 0, at = 0; i < order.n; i++) {
      for (int j = 0; j < order.c; j++) {
        for (int k = 0; k < order.pixels; k++) {
          t.setAtIndex(JAVA_FLOAT, order.index(i, j, k), source[at++]);
        }
      }
    }
  }

  @Override
  public final void read(Tensor source, float[] target) {
    MemorySegment s = source.segment();
    if (storageOrderIsPyTorchs(source.shape())) {
      MemorySegment.copy(s, JAVA_FLOAT, 0, target, 0, target.length);
      return;
    }
    Order order = Order.of(source.shape());
    for (int i = 0, at = 0; i < order.n; i++) {
      for (int j = 0; j < order.c; j++) {
        for (int k = 0; k < order.pixels; k++) {
          target[at++] = s.getAtIndex(JAVA_FLOAT, order.index(i, j, k));
        }
      }
    }
  }

  @Override
  public final void sync() {
    // Every operation is done when its call returns.
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  private static boolean storageOrderIsPyTorchs(Shape s) {
    return s.layout() == Layout.NHWC && (s.c() == 1 || s.plane() == 1);
  }

  /** Where element (n, c, pixel) of PyTorch's order is stored. */
  private record Order(int n, int c, int pixels, int strideN, int strideC, int stridePixel) {

    static Order of(Shape s) {
      return switch (s.layout()) {
        case NHWC -> new Order(s.n(), s.c(), s.plane(), s.plane() * s.c(), 1, s.c());
        case HWIO -> new Order(s.n(), s.c(), s.plane(), 1, s.n(), s.n() * s.c());
      };
    }

    int index(int i, int j, int pixel) {
      return i * strideN + j * strideC + pixel * stridePixel;
    }
  }
}
