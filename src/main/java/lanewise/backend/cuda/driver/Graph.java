package lanewise.backend.cuda.driver;

import java.lang.foreign.MemorySegment;
import lanewise.bindings.cuda.Cuda;

/** Work captured from a stream, which one call queues again as a whole. */
public final class Graph extends Owner {
  private final Context context;
  private final MemorySegment handle;

  Graph(Context context, MemorySegment handle) {
    this.context = context;
    this.handle = handle;
  }

  /** Moves to the device what it takes to launch, so that the first launch is as fast as others. */
  public void upload(Stream stream) {
    requireOpen();
    context.check(Cuda.cuGraphUpload(handle, stream.handle()), "cuGraphUpload");
  }

  public void launch(Stream stream) {
    requireOpen();
    context.check(Cuda.cuGraphLaunch(handle, stream.handle()), "cuGraphLaunch");
  }

  @Override
  protected void release() {
    context.makeCurrentToRelease();
    context.released(Cuda.cuGraphExecDestroy(handle), "cuGraphExecDestroy");
  }
}
