package lanewise.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import lanewise.bindings.cuda.Cuda;

/**
 * A device's primary context, which this process shares with whoever else uses the device in it.
 *
 * <p>Some failures (an illegal address, a fault of the hardware) end a context for good: from then
 * on every call fails with the same status. The first such failure is kept, and is what every later
 * call through this context says.
 */
public final class Context extends Owner {
  private static final System.Logger LOG = System.getLogger("lanewise.backend.cuda");

  /** The statuses after which the driver's documentation has a process end. */
  private static final Set<Integer> FATAL =
      Set.of(
          Cuda.CUDA_ERROR_ECC_UNCORRECTABLE(),
          Cuda.CUDA_ERROR_ILLEGAL_ADDRESS(),
          Cuda.CUDA_ERROR_LAUNCH_TIMEOUT(),
          Cuda.CUDA_ERROR_CONTEXT_IS_DESTROYED(),
          Cuda.CUDA_ERROR_ASSERT(),
          Cuda.CUDA_ERROR_HARDWARE_STACK_ERROR(),
          Cuda.CUDA_ERROR_ILLEGAL_INSTRUCTION(),
          Cuda.CUDA_ERROR_MISALIGNED_ADDRESS(),
          Cuda.CUDA_ERROR_INVALID_ADDRESS_SPACE(),
          Cuda.CUDA_ERROR_INVALID_PC(),
          Cuda.CUDA_ERROR_LAUNCH_FAILED(),
          Cuda.CUDA_ERROR_EXTERNAL_DEVICE());

  /** Which context each thread has made current. */
  private static final ThreadLocal<Context> CURRENT = new ThreadLocal<>();

  private final Device device;
  private final int deviceHandle;
  private final MemorySegment handle;
  private int fatal;
  private String fatalFunction;

  private Context(Device device, int deviceHandle, MemorySegment handle) {
    this.device = device;
    this.deviceHandle = deviceHandle;
    this.handle = handle;
  }

  /**
   * Starts the driver and takes a device's primary context.
   *
   * @param ordinal of the device, from 0
   */
  public static Context open(int ordinal) {
    try (Arena arena = Arena.ofConfined()) {
      Driver.start();
      int handle = Driver.device(ordinal);
      Device device = Device.of(ordinal, handle);
      MemorySegment context = arena.allocate(ADDRESS);
      require(Cuda.cuDevicePrimaryCtxRetain(context, handle), "cuDevicePrimaryCtxRetain");
      return new Context(device, handle, context.get(ADDRESS, 0));
    }
  }

  public Device device() {
    return device;
  }

  /**
   * Lets the calling thread's calls go to this context; nearly free if they already do. Comes
   * before every call of the driver that is not for freeing something.
   *
   * @throws CudaException if an earlier failure has ended the context
   */
  public void makeCurrent() {
    requireOpen();
    if (fatal != 0) {
      throw failure(fatal, fatalFunction);
    }
    if (CURRENT.get() != this) {
      check(Cuda.cuCtxSetCurrent(handle), "cuCtxSetCurrent");
      CURRENT.set(this);
    }
  }

  /**
   * Does nothing if a call of the driver succeeded.
   *
   * @param function that returned {@code status}
   * @throws CudaException otherwise
   */
  public void check(int status, String function) {
    if (status != 0) {
      throw failure(status, function);
    }
  }

  /** Whether a failure has ended this context. */
  public boolean isBroken() {
    return fatal != 0;
  }

  /** The exception for a failed call, or for the earlier failure that ended the context. */
  private CudaException failure(int status, String function) {
    if (fatal == 0 && FATAL.contains(status)) {
      fatal = status;
      fatalFunction = function;
    }
    return fatal == 0
        ? new CudaException(function, status, describe(status))
        : new CudaException(
            fatalFunction,
            fatal,
            describe(fatal)
                + "; the GPU can no longer be used by this process, start again from the last"
                + " checkpoint");
  }

  /** Notes what a call that frees something returned: closing never throws. */
  public void released(int status, String function) {
    if (status != 0 && !isBroken() && status != Cuda.CUDA_ERROR_DEINITIALIZED()) {
      LOG.log(Level.WARNING, "GPU: {0} failed: {1}", function, describe(status));
    }
  }

  /** {@link #makeCurrent} for a call that frees something. */
  void makeCurrentToRelease() {
    if (CURRENT.get() != this) {
      released(Cuda.cuCtxSetCurrent(handle), "cuCtxSetCurrent");
      CURRENT.set(this);
    }
  }

  /** Free and total memory of the device, in bytes; other processes use it too. */
  public MemoryInfo memoryInfo() {
    makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment free = arena.allocate(JAVA_LONG);
      MemorySegment total = arena.allocate(JAVA_LONG);
      check(Cuda.cuMemGetInfo_v2(free, total), "cuMemGetInfo_v2");
      return new MemoryInfo(free.get(JAVA_LONG, 0), total.get(JAVA_LONG, 0));
    }
  }

  /** A device's memory, in bytes. */
  public record MemoryInfo(long free, long total) {}

  /**
   * Lets the device's memory pool keep up to {@code bytes} of what is freed, instead of giving it
   * back to the system at every synchronisation.
   */
  public void keepFreedMemory(long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment threshold = arena.allocateFrom(JAVA_LONG, bytes);
      check(
          Cuda.cuMemPoolSetAttribute(pool(), Cuda.CU_MEMPOOL_ATTR_RELEASE_THRESHOLD(), threshold),
          "cuMemPoolSetAttribute");
    }
  }

  /** Gives back to the system what the pool keeps and nobody uses, as far as frees are done. */
  void releaseFreedMemory() {
    check(Cuda.cuMemPoolTrimTo(pool(), 0), "cuMemPoolTrimTo");
  }

  /** The device's own {@code CUmemoryPool}. */
  private MemorySegment pool() {
    makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pool = arena.allocate(ADDRESS);
      check(Cuda.cuDeviceGetDefaultMemPool(pool, deviceHandle), "cuDeviceGetDefaultMemPool");
      return pool.get(ADDRESS, 0);
    }
  }

  /** For calls that no context takes part in. */
  static void require(int status, String function) {
    if (status != 0) {
      throw new CudaException(function, status, describe(status));
    }
  }

  private static String describe(int status) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(ADDRESS);
      String name = Cuda.cuGetErrorName(status, text) == 0 ? string(text) : "status " + status;
      return Cuda.cuGetErrorString(status, text) == 0
          ? "%s (%s)".formatted(name, string(text))
          : name;
    }
  }

  private static String string(MemorySegment pointer) {
    return pointer.get(Cuda.C_POINTER, 0).getString(0);
  }

  @Override
  protected void release() {
    // A context that was closed by accident must not stay current: its handle may be given again.
    if (CURRENT.get() == this) {
      released(Cuda.cuCtxSetCurrent(MemorySegment.NULL), "cuCtxSetCurrent");
      CURRENT.remove();
    }
    released(Cuda.cuDevicePrimaryCtxRelease_v2(deviceHandle), "cuDevicePrimaryCtxRelease_v2");
  }
}
