package lanewise.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lanewise.bindings.cuda.Cuda;

/** Kernels in PTX, compiled by the driver for the device at hand. */
public final class Module extends Owner {
  private static final int LOG_BYTES = 4096;

  private final Context context;
  private final MemorySegment handle;

  private Module(Context context, MemorySegment handle) {
    this.context = context;
    this.handle = handle;
  }

  /**
   * Compiles and loads.
   *
   * @param ptx the text, without a terminating zero
   * @throws CudaException with the compiler's log if the driver cannot compile it
   */
  public static Module load(Context context, byte[] ptx) {
    context.makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment image = arena.allocate(ptx.length + 1L);
      MemorySegment.copy(ptx, 0, image, JAVA_BYTE, 0, ptx.length);
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment options =
          arena.allocateFrom(
              JAVA_INT, Cuda.CU_JIT_ERROR_LOG_BUFFER(), Cuda.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES());
      MemorySegment values = arena.allocate(ADDRESS, 2);
      values.setAtIndex(ADDRESS, 0, log);
      // The driver takes a number in the place of the pointer.
      values.setAtIndex(ADDRESS, 1, MemorySegment.ofAddress(LOG_BYTES));
      MemorySegment module = arena.allocate(ADDRESS);
      int status = Cuda.cuModuleLoadDataEx(module, image, 2, options, values);
      String words = log.getString(0).strip().replaceAll("\\s*\\R\\s*", "; ");
      context.check(status, "cuModuleLoadDataEx" + (words.isEmpty() ? "" : " [" + words + "]"));
      return new Module(context, module.get(ADDRESS, 0));
    }
  }

  /** Finds a kernel by its name in the PTX. */
  public Function function(String name) {
    requireOpen();
    context.makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment function = arena.allocate(ADDRESS);
      context.check(
          Cuda.cuModuleGetFunction(function, handle, arena.allocateFrom(name)),
          "cuModuleGetFunction of " + name);
      return new Function(this, name, function.get(ADDRESS, 0));
    }
  }

  void requireLoaded() {
    requireOpen();
  }

  @Override
  protected void release() {
    context.makeCurrentToRelease();
    context.released(Cuda.cuModuleUnload(handle), "cuModuleUnload");
  }
}
