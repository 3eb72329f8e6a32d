package lanewise.backend;

import java.lang.foreign.MemorySegment;

/**
 * A block of one backend's memory, leased from its pool until it is released.
 *
 * <p>A segment is an address with a size: of host memory on the CPU, of device memory on a GPU
 * (which the JVM cannot read).
 */
public abstract class Memory {
  private final Backend owner;
  private boolean open = true;
  private long version;

  protected Memory(Backend owner) {
    this.owner = owner;
  }

  /** The engine whose memory this is. */
  public final Backend owner() {
    return owner;
  }

  public final boolean isOpen() {
    return open;
  }

  /** How often the block was changed. */
  final long version() {
    return version;
  }

  final void change() {
    version++;
  }

  /** The part of this block at {@code offset}, both in bytes. */
  protected abstract MemorySegment slice(long offset, long bytes);

  /** Gives the block back to the pool; called once. */
  protected abstract void release();

  final void close() {
    if (open) {
      open = false;
      release();
    }
  }
}
