package lanewise.backend;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Memory for any engine: blocks are pooled by size, so that a training step in its steady state
 * asks the system for none, and temporaries end with their {@link Scope}.
 */
public abstract class PooledBackend implements Backend {
  /** A cache line, and the width of the widest vectors. */
  protected static final int ALIGNMENT = 64;

  private final Map<Long, ArrayDeque<MemorySegment>> free = new HashMap<>();
  private final Scopes scopes = new Scopes();
  private long pooledBytes;

  /** Takes a new block of {@code bytes} from the system, aligned to {@link #ALIGNMENT}. */
  protected abstract MemorySegment acquire(long bytes);

  /** A piece of a block, in bytes. */
  protected abstract MemorySegment slice(MemorySegment block, long offset, long bytes);

  /** All bytes taken from the system so far, in use or pooled. */
  public final long pooledBytes() {
    return pooledBytes;
  }

  @Override
  public final Tensor allocate(Shape shape) {
    long size = bucket(shape.size() * (long) Float.BYTES);
    ArrayDeque<MemorySegment> bucket = free.computeIfAbsent(size, s -> new ArrayDeque<>());
    MemorySegment block = bucket.poll();
    if (block == null) {
      block = acquire(size);
      pooledBytes += size;
    }
    return scopes.register(new Tensor(shape, new Lease(this, block, bucket)));
  }

  @Override
  public final Scope scope() {
    return scopes.enter();
  }

  /** Quarters of powers of two: at most a fifth is wasted, and few sizes are told apart. */
  static long bucket(long bytes) {
    if (bytes <= 4 * ALIGNMENT) {
      return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }
    long quarter = Long.highestOneBit(bytes - 1) / 4;
    return (bytes + quarter - 1) / quarter * quarter;
  }

  private static final class Lease extends Memory {
    private final PooledBackend pool;
    private final MemorySegment block;
    private final ArrayDeque<MemorySegment> home;

    Lease(PooledBackend pool, MemorySegment block, ArrayDeque<MemorySegment> home) {
      super(pool);
      this.pool = pool;
      this.block = block;
      this.home = home;
    }

    @Override
    protected MemorySegment slice(long offset, long bytes) {
      return pool.slice(block, offset, bytes);
    }

    @Override
    protected void release() {
      home.push(block);
    }
  }
}
