package lanewise.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lanewise.bindings.cuda.Cuda;

/** Memory of the host that the device copies from and to without the host's help. */
public final class PinnedMemory extends Owner {
  private final Context context;
  private final MemorySegment segment;

  private PinnedMemory(Context context, MemorySegment segment) {
    this.context = context;
    this.segment = segment;
  }

  public static PinnedMemory allocate(Context context, long bytes) {
    context.makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(ADDRESS);
      context.check(Cuda.cuMemAllocHost_v2(address, bytes), "cuMemAllocHost_v2");
      return new PinnedMemory(context, address.get(ADDRESS, 0).reinterpret(bytes));
    }
  }

  public MemorySegment segment() {
    requireOpen();
    return segment;
  }

  @Override
  protected void release() {
    context.makeCurrentToRelease();
    context.released(Cuda.cuMemFreeHost(segment), "cuMemFreeHost");
  }
}
