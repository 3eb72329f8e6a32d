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

  private final Map<Integer, ArrayDeque<Block>> free = new HashMap<>();
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
    return allocate(shape, ElementType.F32);
  }

  /** {@link #allocate(Shape)} with elements of that type. */
  protected final Tensor allocate(Shape shape, ElementType type) {
    long size = bucket(type.bytes(shape));
    ArrayDeque<Block> bucket = free.computeIfAbsent(ordinal(size), s -> new ArrayDeque<>());
    Block block = bucket.poll();
    if (block == null) {
      block = new Block(this, acquire(size), bucket);
      pooledBytes += size;
    }
    return scopes.register(new Tensor(shape, type, new Lease(block)));
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

  /** A small number for each size that {@link #bucket} gives, so that it costs no allocation. */
  private static int ordinal(long bucket) {
    if (bucket <= 4 * ALIGNMENT) {
      return (int) (bucket / ALIGNMENT);
    }
    int exponent = Long.SIZE - Long.numberOfLeadingZeros(bucket - 1);
    return 4 * (exponent - 8) + (int) (bucket >> exponent - 3);
  }

  /** A block of the system's memory, and the part of it that was last used. */
  private static final class Block {
    private final PooledBackend pool;
    private final MemorySegment memory;
    private final ArrayDeque<Block> home;
    private MemorySegment start;

    Block(PooledBackend pool, MemorySegment memory, ArrayDeque<Block> home) {
      this.pool = pool;
      this.memory = memory;
      this.home = home;
      this.start = memory;
    }

    /** A training step asks for the same sizes in the same order as the one before it. */
    MemorySegment start(long bytes) {
      if (start.byteSize() != bytes) {
        start = pool.slice(memory, 0, bytes);
      }
      return start;
    }
  }

  private static final class Lease extends Memory {
    private final Block block;

    Lease(Block block) {
      super(block.pool);
      this.block = block;
    }

    @Override
    protected MemorySegment slice(long offset, long bytes) {
      return offset == 0 ? block.start(bytes) : block.pool.slice(block.memory, offset, bytes);
    }

    @Override
    protected void release() {
      block.home.push(block);
    }
  }
}
