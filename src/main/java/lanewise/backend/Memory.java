package lanewise.backend;

import java.lang.foreign.MemorySegment;

/**
 * A block of one backend's memory, leased to one tensor after the other.
 *
 * <p>A segment is an address with a size: of host memory on the CPU, of device memory on a GPU
 * (which the JVM cannot read).
 */
public abstract class Memory {
  private final Backend owner;
  private int lease;
  private boolean open;
  private long version;

  protected Memory(Backend owner) {
    this.owner = owner;
  }

  /** The engine whose memory this is. */
  public final Backend owner() {
    return owner;
  }

  /** Begins a lease and returns its number, by which later ones are told from it. */
  final int lease() {
    open = true;
    return ++lease;
  }

  /** Whether somebody has a lease. */
  final boolean isOpen() {
    return open;
  }

  final boolean isOpen(int lease) {
    return open && this.lease == lease;
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

  /** Gives the block back to the pool; called once for each lease. */
  protected abstract void release();

  final void close(int lease) {
    if (isOpen(lease)) {
      open = false;
      release();
    }
  }
}
