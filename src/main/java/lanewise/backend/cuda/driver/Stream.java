package lanewise.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lanewise.bindings.cuda.Cuda;

/** A queue of work that the device does in order, at its own pace. */
public final class Stream extends Owner {
  private final Context context;
  private final MemorySegment handle;

  private Stream(Context context, MemorySegment handle) {
    this.context = context;
    this.handle = handle;
  }

  /** A stream that does not wait for the legacy default stream. */
  public static Stream create(Context context) {
    context.makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stream = arena.allocate(ADDRESS);
      context.check(Cuda.cuStreamCreate(stream, Cuda.CU_STREAM_NON_BLOCKING()), "cuStreamCreate");
      return new Stream(context, stream.get(ADDRESS, 0));
    }
  }

  public Context context() {
    return context;
  }

  /** The {@code CUstream}, with its context current. */
  public MemorySegment handle() {
    requireOpen();
    context.makeCurrent();
    return handle;
  }

  /** Waits until everything queued so far is done. */
  public void synchronize() {
    context.check(Cuda.cuStreamSynchronize(handle()), "cuStreamSynchronize");
  }

  /** {@link #synchronize} before closing: what has failed is logged, not thrown. */
  public void finish() {
    context.makeCurrentToRelease();
    context.released(Cuda.cuStreamSynchronize(handle), "cuStreamSynchronize");
  }

  /** Finds out, without waiting, if the work queued so far has failed. */
  public void probe() {
    int status = Cuda.cuStreamQuery(handle());
    if (status != Cuda.CUDA_ERROR_NOT_READY()) {
      context.check(status, "cuStreamQuery");
    }
  }

  /** Lets what is queued from here on wait for {@code event}. */
  public void waitFor(Event event) {
    context.check(Cuda.cuStreamWaitEvent(handle(), event.handle(), 0), "cuStreamWaitEvent");
  }

  /**
   * Copies from the host; {@code source} must not change until the copy is done.
   *
   * @param source pinned, or the call blocks
   */
  public void copyToDevice(MemorySegment source, MemorySegment target, long bytes) {
    context.check(
        Cuda.cuMemcpyHtoDAsync_v2(target.address(), source, bytes, handle()),
        "cuMemcpyHtoDAsync_v2");
  }

  /**
   * Copies to the host.
   *
   * @param target pinned, or the call blocks
   */
  public void copyToHost(MemorySegment source, MemorySegment target, long bytes) {
    context.check(
        Cuda.cuMemcpyDtoHAsync_v2(target, source.address(), bytes, handle()),
        "cuMemcpyDtoHAsync_v2");
  }

  public void copyOnDevice(MemorySegment source, MemorySegment target, long bytes) {
    context.check(
        Cuda.cuMemcpyDtoDAsync_v2(target.address(), source.address(), bytes, handle()),
        "cuMemcpyDtoDAsync_v2");
  }

  /** Sets {@code count} words of four bytes. */
  public void fill(MemorySegment target, int word, long count) {
    context.check(
        Cuda.cuMemsetD32Async(target.address(), word, count, handle()), "cuMemsetD32Async");
  }

  /**
   * Records what is queued from here on instead of doing it. Only this stream is affected; what the
   * thread does elsewhere, such as taking memory, goes on as always.
   */
  public void beginCapture() {
    context.check(
        Cuda.cuStreamBeginCapture_v2(handle(), Cuda.CU_STREAM_CAPTURE_MODE_RELAXED()),
        "cuStreamBeginCapture_v2");
  }

  /** Ends {@link #beginCapture}, and makes what was queued since then ready to be launched. */
  public Graph endCapture() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      context.check(Cuda.cuStreamEndCapture(handle(), out), "cuStreamEndCapture");
      MemorySegment captured = out.get(ADDRESS, 0);
      try {
        context.check(
            Cuda.cuGraphInstantiateWithFlags(out, captured, 0), "cuGraphInstantiateWithFlags");
      } finally {
        context.released(Cuda.cuGraphDestroy(captured), "cuGraphDestroy");
      }
      return new Graph(context, out.get(ADDRESS, 0));
    }
  }

  /** Drops what was queued since {@link #beginCapture}; does nothing outside of a capture. */
  public void abandonCapture() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      MemorySegment status = arena.allocate(JAVA_INT);
      boolean known = Cuda.cuStreamIsCapturing(handle(), status) == 0;
      if (known && status.get(JAVA_INT, 0) == Cuda.CU_STREAM_CAPTURE_STATUS_NONE()) {
        return;
      }
      // An invalidated capture ends with a status that says so, and with no graph.
      if (Cuda.cuStreamEndCapture(handle(), out) == 0
          && !out.get(ADDRESS, 0).equals(MemorySegment.NULL)) {
        context.released(Cuda.cuGraphDestroy(out.get(ADDRESS, 0)), "cuGraphDestroy");
      }
    }
  }

  void free(MemorySegment memory) {
    context.makeCurrentToRelease();
    context.released(Cuda.cuMemFreeAsync(memory.address(), handle), "cuMemFreeAsync");
  }

  @Override
  protected void release() {
    context.makeCurrentToRelease();
    context.released(Cuda.cuStreamDestroy_v2(handle), "cuStreamDestroy_v2");
  }
}
