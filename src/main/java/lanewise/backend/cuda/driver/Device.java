package lanewise.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lanewise.bindings.cuda.Cuda;

/**
 * What a GPU says of itself.
 *
 * @param ordinal as the driver counts, from 0
 * @param memory in bytes
 * @param capability compute capability, major times 10 plus minor
 * @param multiprocessors that run blocks of threads
 * @param l2 bytes of the second-level cache
 * @param memoryPools whether it allocates memory in the order of a stream
 * @param driver the newest CUDA version that the driver supports, as {@code 12040} for 12.4
 */
public record Device(
    int ordinal,
    String name,
    long memory,
    int capability,
    int multiprocessors,
    int l2,
    boolean memoryPools,
    int driver) {
  private static final int NAME_BYTES = 256;

  /** Asks the driver, which was started, about one of its devices. */
  public static Device of(int ordinal) {
    return of(ordinal, Driver.device(ordinal));
  }

  /**
   * Asks the driver, which was started.
   *
   * @param handle of the device, a {@code CUdevice}
   */
  static Device of(int ordinal, int handle) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(NAME_BYTES);
      Context.require(Cuda.cuDeviceGetName(name, NAME_BYTES, handle), "cuDeviceGetName");
      MemorySegment memory = arena.allocate(JAVA_LONG);
      Context.require(Cuda.cuDeviceTotalMem_v2(memory, handle), "cuDeviceTotalMem_v2");
      int major = attribute(Cuda.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR(), handle, arena);
      int minor = attribute(Cuda.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR(), handle, arena);
      return new Device(
          ordinal,
          name.getString(0),
          memory.get(JAVA_LONG, 0),
          10 * major + minor,
          attribute(Cuda.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT(), handle, arena),
          attribute(Cuda.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE(), handle, arena),
          attribute(Cuda.CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED(), handle, arena) != 0,
          Driver.version());
    }
  }

  private static int attribute(int attribute, int handle, Arena arena) {
    MemorySegment value = arena.allocate(JAVA_INT);
    Context.require(Cuda.cuDeviceGetAttribute(value, attribute, handle), "cuDeviceGetAttribute");
    return value.get(JAVA_INT, 0);
  }
}
