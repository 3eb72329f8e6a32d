package lanewise.backend.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import lanewise.UserException;
import lanewise.bindings.cuda.Cuda;

/**
 * Takes memory from a device, and says what to do when there is none left.
 *
 * <p>It has a stream of its own, on which nothing but allocations happen: they are then possible
 * while the stream that computes is being captured.
 */
public final class Allocator implements AutoCloseable {
  private final Context context;
  private final LongFunction<String> remedy;
  private final Stream stream;
  private final Map<Long, DeviceMemory> blocks = new HashMap<>();
  private long bytes;

  /**
   * An allocator that keeps what it frees in the driver's pool.
   *
   * @param remedy what the user can do if so many bytes cannot be had
   */
  public Allocator(Context context, LongFunction<String> remedy) {
    this.context = context;
    this.remedy = remedy;
    context.keepFreedMemory(Long.MAX_VALUE);
    stream = Stream.create(context);
  }

  public Context context() {
    return context;
  }

  /** All bytes that are taken and not given back. */
  public long bytes() {
    return bytes;
  }

  /**
   * Takes memory, which this allocator owns until {@link #free} or {@link #close}.
   *
   * @throws UserException that says how much was asked for, free and in use, and what to do
   */
  public MemorySegment allocate(long size) {
    try {
      return own(DeviceMemory.allocate(stream, size));
    } catch (CudaException e) {
      if (e.status() != Cuda.CUDA_ERROR_OUT_OF_MEMORY()) {
        throw e;
      }
      // What the driver's pool keeps is neither in use nor other programs'.
      trim();
      throw outOfMemory(size, e);
    }
  }

  /** {@link #allocate}, or nothing if there is not enough. */
  public Optional<MemorySegment> tryAllocate(long size) {
    try {
      return Optional.of(own(DeviceMemory.allocate(stream, size)));
    } catch (CudaException e) {
      if (e.status() != Cuda.CUDA_ERROR_OUT_OF_MEMORY()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private MemorySegment own(DeviceMemory block) {
    blocks.put(block.segment().address(), block);
    bytes += block.segment().byteSize();
    return block.segment();
  }

  private UserException outOfMemory(long size, CudaException cause) {
    Context.MemoryInfo memory = context.memoryInfo();
    long others = Math.max(0, memory.total() - memory.free() - bytes);
    return new UserException(
        ("GPU %d (%s) is out of memory: %s more were asked for and %s of %s are free; this run"
                + " uses %s, other programs and the driver %s; %s")
            .formatted(
                context.device().ordinal(),
                context.device().name(),
                mebibytes(size),
                mebibytes(memory.free()),
                mebibytes(memory.total()),
                mebibytes(bytes),
                mebibytes(others),
                remedy.apply(size)),
        cause);
  }

  private static String mebibytes(long bytes) {
    return "%,d MiB".formatted((bytes + (1 << 20) - 1) >> 20);
  }

  /** Gives a block back; the work that uses it must be done. */
  public void free(MemorySegment block) {
    DeviceMemory owner = blocks.remove(block.address());
    if (owner == null) {
      throw new IllegalArgumentException("A block is given back that was not taken");
    }
    bytes -= owner.segment().byteSize();
    owner.close();
  }

  /** Gives what was freed from the driver's pool back to the system. */
  public void trim() {
    stream.synchronize();
    context.releaseFreedMemory();
  }

  /** Gives every block back; the work that uses them must be done. May be called again. */
  @Override
  public void close() {
    blocks.values().forEach(DeviceMemory::close);
    blocks.clear();
    bytes = 0;
    stream.close();
  }
}
