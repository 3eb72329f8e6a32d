package lanewise.backend;

import java.lang.foreign.MemorySegment;

/**
 * A shape and the memory that holds its elements, contiguous in the shape's layout.
 *
 * <p>A tensor that {@link Backend#allocate} returned owns its memory: closing it gives the memory
 * back, once. {@link #reshape} and {@link #part} give views, which end with their owner and whose
 * own {@link #close} does nothing.
 */
public final class Tensor implements AutoCloseable {
  private final Shape shape;
  private final ElementType type;
  private final Memory memory;
  private final int lease;
  private final int offset;
  private final boolean owning;
  private final MemorySegment segment;

  /** A tensor that owns {@code memory}; backends call this. */
  public Tensor(Shape shape, ElementType type, Memory memory) {
    this(shape, type, memory, memory.lease(), 0, true);
  }

  private Tensor(
      Shape shape, ElementType type, Memory memory, int lease, int offset, boolean owning) {
    this.shape = shape;
    this.type = type;
    this.memory = memory;
    this.lease = lease;
    this.offset = offset;
    this.owning = owning;
    this.segment = memory.slice(offset * (long) type.bytes(), type.bytes(shape));
  }

  public Shape shape() {
    return shape;
  }

  /** As what the elements are stored; views have their owner's. */
  public ElementType type() {
    return type;
  }

  /**
   * Where the elements are, in the backend's own address space.
   *
   * @throws IllegalStateException after the owning tensor was closed
   */
  public MemorySegment segment() {
    if (!isOpen()) {
      throw new IllegalStateException("The tensor " + shape + " is used after it was closed");
    }
    return segment;
  }

  /**
   * A number that every operation increases which changes this tensor or another one in the same
   * memory, so that engines can keep what they computed of its elements.
   */
  public long version() {
    return memory.version();
  }

  Memory memory() {
    return memory;
  }

  /** Whether the owning tensor was not closed yet. */
  public boolean isOpen() {
    return memory.isOpen(lease);
  }

  /** Whether one is a view of the other, or both are views of the same tensor. */
  public boolean sharesMemoryWith(Tensor other) {
    return memory == other.memory && lease == other.lease;
  }

  /** Whether {@code backend} is the engine this tensor lives on. */
  public boolean isOn(Backend backend) {
    return memory.owner() == backend;
  }

  /** The name of the engine this tensor lives on, for messages. */
  public String backendName() {
    return memory.owner().description().name();
  }

  /**
   * The same elements under another shape, as PyTorch's {@code reshape} would give them.
   *
   * @throws IllegalArgumentException if the sizes differ, or if the elements would come in another
   *     order than PyTorch's because they are stored NHWC: the channels of an image cannot be
   *     merged with its pixels (use a convolution with a kernel as large as the plane)
   */
  public Tensor reshape(Shape target) {
    boolean pixelsKept = target.h() == shape.h() && target.w() == shape.w();
    boolean orderKept =
        target.layout() == shape.layout() && pixelsKept && target.n() == shape.n()
            || isVectorLike(shape) && isVectorLike(target);
    if (target.size() != shape.size() || !orderKept) {
      throw new IllegalArgumentException(
          "reshape: " + shape + " does not become " + target + " without moving elements");
    }
    return part(0, target);
  }

  /** Storage order and PyTorch's order agree: one pixel, or one channel. */
  private static boolean isVectorLike(Shape s) {
    return s.layout() == Layout.NHWC && (s.plane() == 1 || s.c() == 1);
  }

  /**
   * A view of {@code target.size()} elements from {@code start} on, whatever their shape was.
   *
   * @param start in elements
   */
  public Tensor part(long start, Shape target) {
    if (start < 0 || start + target.size() > shape.size()) {
      throw new IllegalArgumentException(
          "part: %s at element %d is outside of %s".formatted(target, start, shape));
    }
    return new Tensor(target, type, memory, lease, offset + (int) start, false);
  }

  /** Gives the memory back to the backend's pool if this tensor owns it; may be called again. */
  @Override
  public void close() {
    if (owning) {
      memory.close(lease);
    }
  }

  @Override
  public String toString() {
    return "Tensor[" + shape + ", " + type + (isOpen() ? "" : ", closed") + "]";
  }
}
