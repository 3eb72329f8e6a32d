package lanewise.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lanewise.bindings.cuda.Cuda;

/**
 * Queues kernels on a stream:
 *
 * <pre>{@code
 * launcher.start(scale).pointer(x).pointer(y).i64(count).f32(factor).launch(blocks, 256);
 * }</pre>
 *
 * <p>The arguments are written into one block of native memory, which the driver has read when the
 * launch returns: nothing is allocated.
 */
public final class Launcher extends Owner {
  private static final int SLOTS = 128;

  private final Arena arena = Arena.ofShared();
  private final Stream stream;

  /** Every argument has a slot of eight bytes, so that the pointers to them never change. */
  private final MemorySegment slots = arena.allocate(JAVA_LONG, SLOTS);

  private final MemorySegment pointers = arena.allocate(ADDRESS, SLOTS);
  private Function function;
  private int count;

  public Launcher(Stream stream) {
    this.stream = stream;
    for (int i = 0; i < SLOTS; i++) {
      pointers.setAtIndex(ADDRESS, i, slots.asSlice(i * JAVA_LONG.byteSize()));
    }
  }

  /** Begins the list of arguments of {@code function}, in the kernel's order. */
  public Launcher start(Function function) {
    this.function = function;
    count = 0;
    return this;
  }

  /** The address of {@code device}, a piece of the device's memory; null is the null pointer. */
  public Launcher pointer(MemorySegment device) {
    slots.setAtIndex(JAVA_LONG, count++, device == null ? 0 : device.address());
    return this;
  }

  public Launcher i32(int value) {
    slots.set(JAVA_INT, count++ * JAVA_LONG.byteSize(), value);
    return this;
  }

  public Launcher i64(long value) {
    slots.setAtIndex(JAVA_LONG, count++, value);
    return this;
  }

  public Launcher f32(float value) {
    slots.set(JAVA_FLOAT, count++ * JAVA_LONG.byteSize(), value);
    return this;
  }

  /** Queues the kernel with a line of {@code blocks} blocks of {@code threads} threads. */
  public void launch(int blocks, int threads) {
    launch(blocks, 1, 1, threads, 1, 0);
  }

  /**
   * Queues the kernel.
   *
   * @param sharedBytes of dynamic shared memory for each block
   */
  public void launch(int gridX, int gridY, int gridZ, int blockX, int blockY, int sharedBytes) {
    requireOpen();
    int status =
        Cuda.cuLaunchKernel(
            function.handle(),
            gridX,
            gridY,
            gridZ,
            blockX,
            blockY,
            1,
            sharedBytes,
            stream.handle(),
            pointers,
            MemorySegment.NULL);
    if (status != 0) {
      stream.context().check(status, "cuLaunchKernel of " + function);
    }
  }

  @Override
  protected void release() {
    arena.close();
  }
}
