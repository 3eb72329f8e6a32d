package lanewise.backend.cuda.driver;

import java.lang.foreign.MemorySegment;

/** A kernel of a {@link Module}, which ends with it. {@link Launcher} queues it. */
public final class Function {
  private final Module module;
  private final String name;
  private final MemorySegment handle;

  Function(Module module, String name, MemorySegment handle) {
    this.module = module;
    this.name = name;
    this.handle = handle;
  }

  MemorySegment handle() {
    module.requireLoaded();
    return handle;
  }

  @Override
  public String toString() {
    return name;
  }
}
