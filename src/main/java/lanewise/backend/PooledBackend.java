package lanewise.backend;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Memory for any engine: blocks are pooled by size, so that a training step in its steady state
 * asks the system for none, and temporaries end with their {@link Scope}.
 */
public abstract class PooledBackend implements Backend {
  /** A cache line, and the width of the widest vectors. */
  protected static final int ALIGNMENT = 64;

  /** Bytes of a block beyond which few are in use at a time. */
  protected static final long LARGE = 1L << 28;

  private final Map<Integer, ArrayDeque<Block>> free = new HashMap<>();
  private final Scopes scopes = new Scopes();
  private Reservation reservation;
  private long pooledBytes;

  /** Takes a new block of {@code bytes} from the system, aligned to {@link #ALIGNMENT}. */
  protected abstract MemorySegment acquire(long bytes);

  /** Gives a block that nobody uses back to the system. */
  protected abstract void giveBack(MemorySegment block);

  /** A piece of a block, in bytes. */
  protected abstract MemorySegment slice(MemorySegment block, long offset, long bytes);

  /** All bytes taken from the system so far, in use or pooled. */
  public final long pooledBytes() {
    return pooledBytes;
  }

  @Override
  public void trim() {
    for (ArrayDeque<Block> bucket : free.values()) {
      for (Block block : bucket) {
        pooledBytes -= block.memory.byteSize();
        giveBack(block.memory);
      }
      bucket.clear();
    }
  }

  @Override
  public final Tensor allocate(Shape shape) {
    return allocate(shape, ElementType.F32);
  }

  /** {@link #allocate(Shape)} with elements of that type. */
  protected final Tensor allocate(Shape shape, ElementType type) {
    return scopes.register(allocateUnscoped(shape, type));
  }

  /** A tensor that belongs to no scope: whoever asks closes it. */
  protected final Tensor allocateUnscoped(Shape shape, ElementType type) {
    long size = bucket(type.bytes(shape));
    int ordinal = ordinal(size);
    Block block = reservation == null ? null : reservation.free(ordinal).poll();
    if (block == null) {
      ArrayDeque<Block> bucket = free.computeIfAbsent(ordinal, s -> new ArrayDeque<>());
      block = bucket.poll();
      if (block == null) {
        block = new Block(this, acquire(size), bucket);
        pooledBytes += size;
      }
      if (reservation != null) {
        reservation.take(block, ordinal);
      }
    }
    return new Tensor(shape, type, block);
  }

  @Override
  public final Scope scope() {
    return scopes.enter();
  }

  /**
   * From here on, what is allocated comes from blocks that nobody else is given later: they belong
   * to what is being recorded, which writes to them whenever it is replayed.
   */
  protected final void beginReservation() {
    if (reservation != null) {
      throw new IllegalStateException("Memory is reserved for one recording at a time");
    }
    reservation = new Reservation();
  }

  /**
   * Ends {@link #beginReservation}.
   *
   * @param keep whether there is a recording; if not, the blocks return to the pool
   */
  protected final void endReservation(boolean keep) {
    if (!keep) {
      reservation.dissolve();
    }
    reservation = null;
  }

  /**
   * Quarters of powers of two: at most a fifth is wasted, and few sizes are told apart. Of large
   * blocks, 64ths, as memory for a fifth of them may not be there.
   */
  static long bucket(long bytes) {
    if (bytes <= 4 * ALIGNMENT) {
      return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }
    long step = Long.highestOneBit(bytes - 1) / (bytes <= LARGE ? 4 : 64);
    return (bytes + step - 1) / step * step;
  }

  /** A small number for each size that {@link #bucket} gives, so that it costs no allocation. */
  private static int ordinal(long bucket) {
    if (bucket <= 4 * ALIGNMENT) {
      return (int) (bucket / ALIGNMENT);
    }
    int exponent = Long.SIZE - Long.numberOfLeadingZeros(bucket - 1);
    return bucket <= LARGE
        ? 4 * (exponent - 8) + (int) (bucket >> exponent - 3)
        : 64 * (exponent - 8) + (int) (bucket >> exponent - 7);
  }

  /** A block of the system's memory, and the part of it that was last used. */
  private static final class Block extends Memory {
    private final PooledBackend pool;
    private final MemorySegment memory;
    private final ArrayDeque<Block> home;
    private ArrayDeque<Block> returnsTo;
    private MemorySegment start;

    Block(PooledBackend pool, MemorySegment memory, ArrayDeque<Block> home) {
      super(pool);
      this.pool = pool;
      this.memory = memory;
      this.home = home;
      this.returnsTo = home;
      this.start = memory;
    }

    @Override
    protected MemorySegment slice(long offset, long bytes) {
      return offset == 0 ? start(bytes) : pool.slice(memory, offset, bytes);
    }

    /** A training step asks for the same sizes in the same order as the one before it. */
    private MemorySegment start(long bytes) {
      if (start.byteSize() != bytes) {
        start = pool.slice(memory, 0, bytes);
      }
      return start;
    }

    @Override
    protected void release() {
      returnsTo.push(this);
    }
  }

  /** The blocks of one recording. */
  private static final class Reservation {
    private final Map<Integer, ArrayDeque<Block>> free = new HashMap<>();
    private final List<Block> taken = new ArrayList<>();

    ArrayDeque<Block> free(int ordinal) {
      return free.computeIfAbsent(ordinal, s -> new ArrayDeque<>());
    }

    void take(Block block, int ordinal) {
      block.returnsTo = free(ordinal);
      taken.add(block);
    }

    void dissolve() {
      for (Block block : taken) {
        boolean unused = block.returnsTo.remove(block);
        block.returnsTo = block.home;
        if (unused) {
          block.home.push(block);
        }
      }
    }
  }
}
