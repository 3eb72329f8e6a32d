package lanewise.backend.host;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import lanewise.SystemMemory;
import lanewise.UserException;
import lanewise.backend.BackendOptions;
import lanewise.backend.Layout;
import lanewise.backend.PooledBackend;
import lanewise.backend.Precision;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** The memory of backends that compute on the CPU: off-heap, aligned, always native. */
public abstract class HostBackend extends PooledBackend {
  /** The owner of each block, by its address. */
  private final Map<Long, BlockOwner> owners = new HashMap<>();

  private boolean closed;

  /** Elements on their way between the two orders; it grows and is kept. */
  private float[] block = {};

  /** What one block is given back with. */
  private static final class BlockOwner {
    private final Arena arena = Arena.ofShared();

    void close() {
      arena.close();
    }
  }

  /**
   * Refuses what only GPUs have.
   *
   * @throws UserException if the options ask for another device or precision than the CPU's
   */
  public static void requireHost(String name, BackendOptions options) {
    String gpu = "or take --backend cuda on a machine with an NVIDIA GPU";
    if (options.precision() != Precision.FP32) {
      throw new UserException(
          "Backend %s computes in fp32 only, not %s; give --precision fp32, %s"
              .formatted(name, options.precision(), gpu));
    }
    if (options.device() != 0) {
      throw new UserException(
          "Backend %s has no device %d, only 0; give --device 0, %s"
              .formatted(name, options.device(), gpu));
    }
  }

  @Override
  protected final MemorySegment acquire(long bytes) {
    if (closed) {
      throw new IllegalStateException("The backend is used after it was closed");
    }
    // The system may promise more than it has, and end the process for using it.
    if (isBeyondMemory(bytes)) {
      trim(); // Blocks of other sizes may be free.
      if (bytes >= LARGE && isBeyondMemory(bytes)) {
        throw outOfMemory(bytes, "give fewer or smaller images at a time", null);
      }
    }
    var owner = new BlockOwner();
    try {
      MemorySegment block = owner.arena.allocate(bytes, ALIGNMENT);
      owners.put(block.address(), owner);
      return block;
    } catch (OutOfMemoryError e) {
      owner.close();
      String remedy =
          "use a smaller --batch-size, or raise the limit with -XX:MaxDirectMemorySize=SIZE in"
              + " LANEWISE_JAVA_OPTS";
      throw outOfMemory(bytes, remedy, e);
    }
  }

  /** Asks the machine, which takes a while at first, only where the answer may be yes. */
  private boolean isBeyondMemory(long bytes) {
    long needed = pooledBytes() + bytes;
    return needed >= LARGE && needed > SystemMemory.totalBytes();
  }

  private UserException outOfMemory(long bytes, String remedy, OutOfMemoryError cause) {
    return new UserException(
        "Out of memory: %,d MiB more were asked for and %,d MiB are in use; %s"
            .formatted(bytes >> 20, pooledBytes() >> 20, remedy),
        cause);
  }

  @Override
  protected final void giveBack(MemorySegment block) {
    owners.remove(block.address()).close();
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
    float[] block = block(order);
    for (int i = 0; i < order.blocks; i++) {
      order.gather(source, i, block);
      MemorySegment.copy(block, 0, t, JAVA_FLOAT, i * order.bytes(), order.blockSize());
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
    float[] block = block(order);
    for (int i = 0; i < order.blocks; i++) {
      MemorySegment.copy(s, JAVA_FLOAT, i * order.bytes(), block, 0, order.blockSize());
      order.scatter(block, target, i);
    }
  }

  private float[] block(Order order) {
    if (block.length < order.blockSize()) {
      block = new float[order.blockSize()];
    }
    return block;
  }

  @Override
  public final void sync() {
    // Every operation is done when its call returns.
  }

  @Override
  public void close() {
    closed = true;
    owners.values().forEach(BlockOwner::close);
    owners.clear();
  }

  private static boolean storageOrderIsPyTorchs(Shape s) {
    return s.layout() == Layout.NHWC && (s.c() == 1 || s.plane() == 1);
  }

  /**
   * How the storage, seen as blocks of rows of columns, lies in PyTorch's order: how far apart
   * there neighbouring blocks, rows and columns are.
   *
   * <p>Elements are moved between arrays, and blocks copied as a whole: weights and images are
   * moved before the compiler has seen this code, and accesses to segments are slow until then.
   */
  private record Order(
      int blocks, int rows, int columns, int blockStride, int rowStride, int columnStride) {

    static Order of(Shape s) {
      int image = s.c() * s.plane();
      return switch (s.layout()) {
        case NHWC -> new Order(s.n(), s.plane(), s.c(), image, 1, s.plane());
        case HWIO -> new Order(s.plane(), s.c(), s.n(), 1, s.plane(), image);
      };
    }

    int blockSize() {
      return rows * columns;
    }

    long bytes() {
      return blockSize() * (long) Float.BYTES;
    }

    void gather(float[] pytorch, int index, float[] block) {
      for (int row = 0, at = 0; row < rows; row++) {
        int from = index * blockStride + row * rowStride;
        for (int column = 0; column < columns; column++) {
          block[at++] = pytorch[from + column * columnStride];
        }
      }
    }

    void scatter(float[] block, float[] pytorch, int index) {
      for (int row = 0, at = 0; row < rows; row++) {
        int to = index * blockStride + row * rowStride;
        for (int column = 0; column < columns; column++) {
          pytorch[to + column * columnStride] = block[at++];
        }
      }
    }
  }
}
