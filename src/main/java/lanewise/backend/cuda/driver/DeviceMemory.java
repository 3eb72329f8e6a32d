package lanewise.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lanewise.bindings.cuda.Cuda;

/** A block of the device's memory, from the driver's stream-ordered pool. */
public final class DeviceMemory extends Owner {
  private final Stream stream;
  private final MemorySegment segment;

  private DeviceMemory(Stream stream, MemorySegment segment) {
    this.stream = stream;
    this.segment = segment;
  }

  /**
   * Takes memory that every stream can use when the call returns.
   *
   * @param stream one without work of its own, which is also what frees the block: a stream that is
   *     being captured would record the allocation
   * @throws CudaException with {@code CUDA_ERROR_OUT_OF_MEMORY} if there is not enough
   */
  public static DeviceMemory allocate(Stream stream, long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(JAVA_LONG);
      stream
          .context()
          .check(Cuda.cuMemAllocAsync(address, bytes, stream.handle()), "cuMemAllocAsync");
      DeviceMemory memory =
          new DeviceMemory(
              stream, MemorySegment.ofAddress(address.get(JAVA_LONG, 0)).reinterpret(bytes));
      try {
        stream.synchronize();
      } catch (RuntimeException e) {
        memory.close();
        throw e;
      }
      return memory;
    }
  }

  /** The address and the size; the JVM cannot read it. */
  public MemorySegment segment() {
    requireOpen();
    return segment;
  }

  @Override
  protected void release() {
    stream.free(segment);
  }
}
