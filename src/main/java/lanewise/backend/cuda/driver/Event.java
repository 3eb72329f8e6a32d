package lanewise.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lanewise.bindings.cuda.Cuda;

/** A point in a stream's work that can be waited for. */
public final class Event extends Owner {
  private final Context context;
  private final MemorySegment handle;

  private Event(Context context, MemorySegment handle) {
    this.context = context;
    this.handle = handle;
  }

  /** An event that takes no time stamps, which makes it cheap. */
  public static Event create(Context context) {
    context.makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(ADDRESS);
      context.check(Cuda.cuEventCreate(event, Cuda.CU_EVENT_DISABLE_TIMING()), "cuEventCreate");
      return new Event(context, event.get(ADDRESS, 0));
    }
  }

  MemorySegment handle() {
    requireOpen();
    return handle;
  }

  /** Marks the end of what is queued so far. */
  public void record(Stream stream) {
    context.check(Cuda.cuEventRecord(handle(), stream.handle()), "cuEventRecord");
  }

  /** Waits for the mark; returns at once if none was set. */
  public void synchronize() {
    context.makeCurrent();
    context.check(Cuda.cuEventSynchronize(handle()), "cuEventSynchronize");
  }

  @Override
  protected void release() {
    context.makeCurrentToRelease();
    context.released(Cuda.cuEventDestroy_v2(handle), "cuEventDestroy_v2");
  }
}
