package lanewise.backend.cuda.cudnn;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lanewise.backend.cuda.driver.CudaException;
import lanewise.backend.cuda.driver.Owner;
import lanewise.backend.cuda.driver.Stream;
import lanewise.bindings.cudnn.Cudnn;

/** The library's state for one stream, on which all its routines are queued. */
public final class Handle extends Owner {
  private static final System.Logger LOG = System.getLogger("lanewise.backend.cuda");
  private static final int MESSAGE_BYTES = 2048;

  private final Stream stream;
  private final MemorySegment handle;

  private Handle(Stream stream, MemorySegment handle) {
    this.stream = stream;
    this.handle = handle;
  }

  /** Starts cuDNN on the stream's device. */
  public static Handle create(Stream stream) {
    MemorySegment queue = stream.handle();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      check(stream, Cudnn.cudnnCreate(out), "cudnnCreate");
      Handle cudnn = new Handle(stream, out.get(ADDRESS, 0));
      try {
        cudnn.check(Cudnn.cudnnSetStream(cudnn.handle, queue), "cudnnSetStream");
      } catch (RuntimeException e) {
        cudnn.close();
        throw e;
      }
      return cudnn;
    }
  }

  /** The version of the library that was loaded, as {@code 90600} for 9.6.0. */
  public static long version() {
    return Cudnn.cudnnGetVersion();
  }

  public Stream stream() {
    return stream;
  }

  /** The {@code cudnnHandle_t}, with its context current. */
  MemorySegment handle() {
    requireOpen();
    stream.context().makeCurrent();
    return handle;
  }

  /**
   * Does nothing if a call succeeded.
   *
   * @param function that returned {@code status}
   * @throws CudaException otherwise, with cuDNN's last error, or with the failure of the device
   *     that is behind it
   */
  void check(int status, String function) {
    check(stream, status, function);
  }

  private static void check(Stream stream, int status, String function) {
    if (status != 0) {
      throw failure(stream, status, function);
    }
  }

  private static CudaException failure(Stream stream, int status, String function) {
    try {
      // cuDNN reports a fault of the device in words of its own.
      stream.probe();
    } catch (CudaException e) {
      if (stream.context().isBroken()) {
        return e;
      }
    }
    return new CudaException(function, status, describe(status));
  }

  /** Notes what a call that frees something returned: closing never throws. */
  void released(int status, String function) {
    if (status != 0 && !stream.context().isBroken()) {
      LOG.log(Level.WARNING, "GPU: {0} failed: {1}", function, describe(status));
    }
  }

  private static String describe(int status) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(MESSAGE_BYTES);
      Cudnn.cudnnGetLastErrorString(message, MESSAGE_BYTES);
      String name = name(status);
      String words = message.getString(0).strip().replaceAll("\\s*\\R\\s*", "; ");
      return words.isEmpty() ? name : name + " (" + words + ")";
    }
  }

  /** A {@code cudnnStatus_t} as cuDNN's headers name it. */
  static String name(int status) {
    return Cudnn.cudnnGetErrorString(status).getString(0);
  }

  @Override
  protected void release() {
    released(Cudnn.cudnnDestroy(handle), "cudnnDestroy");
  }
}
