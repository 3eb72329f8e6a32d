package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lanewise.backend.Shape;

/**
 * A tensor cut into blocks of neighbouring elements, and what operands of a smaller shape, repeated
 * along their dimensions of 1, hold over such a block.
 */
final class Broadcast {
  /** Elements of a block at most: few enough that repeated operands stay in the L1 cache. */
  static final int BLOCK = 4096;

  private final Axes axes;

  /** The axis along which blocks are cut, and the elements of one step along it. */
  private final int axis;

  private final int inner;
  private final int steps;
  private final int blocksAlongAxis;
  private final int blocks;

  private Broadcast(Axes axes) {
    this.axes = axes;
    int cut = axes.count() - 1;
    int below = 1;
    while (cut > 0 && below * (long) axes.size(cut) <= BLOCK) {
      below *= axes.size(cut--);
    }
    axis = cut;
    inner = below;
    steps = Math.clamp(BLOCK / inner, 1, axes.size(axis));
    blocksAlongAxis = Math.ceilDiv(axes.size(axis), steps);
    blocks = blocksAlongAxis * axes.product(0, axis);
  }

  static Broadcast of(Shape target, Shape... operands) {
    return new Broadcast(Axes.of(target, operands));
  }

  int blocks() {
    return blocks;
  }

  /** Where a block starts, in elements. */
  int start(int block) {
    return (block / blocksAlongAxis * axes.size(axis) + firstStep(block)) * inner;
  }

  /** Elements of a block. */
  int length(int block) {
    return steps(block) * inner;
  }

  /** Whether an operand holds a block's elements side by side, from {@link #origin} on. */
  boolean isContiguous(int operand) {
    return axes.isContiguous(operand, axis);
  }

  /** The operand's element that meets the block's first one. */
  int origin(int operand, int block) {
    return axes.origin(operand, axis, block / blocksAlongAxis)
        + firstStep(block) * axes.stride(operand, axis);
  }

  /** Writes out the block of an operand, repetitions and all, from the target's element on. */
  void expand(int operand, int block, MemorySegment source, MemorySegment target, int to) {
    expand(operand, axis, steps(block), source, origin(operand, block), target, to);
  }

  private void expand(
      int operand,
      int at,
      int count,
      MemorySegment source,
      int from,
      MemorySegment target,
      int to) {
    int below = axes.product(at + 1, axes.count());
    if (axes.isContiguous(operand, at)) {
      int length = count * below;
      MemorySegment.copy(source, from * 4L, target, to * 4L, length * 4L);
      return;
    }
    boolean repeats = axes.repeats(operand, at);
    int stride = axes.stride(operand, at);
    for (int i = 0; i < (repeats ? 1 : count); i++) {
      if (at + 1 == axes.count()) {
        target.setAtIndex(JAVA_FLOAT, to, source.getAtIndex(JAVA_FLOAT, from));
      } else {
        int length = axes.size(at + 1);
        expand(operand, at + 1, length, source, from + i * stride, target, to + i * below);
      }
    }
    if (repeats) {
      repeat(target, to, below, count);
    }
  }

  /** Copies the {@code length} elements at {@code start} until they stand there {@code times}. */
  static void repeat(MemorySegment target, int start, int length, int times) {
    long first = start * 4L;
    long total = length * 4L * times;
    long done = length * 4L;
    while (done < total) {
      long more = Math.min(done, total - done);
      MemorySegment.copy(target, first, target, first + done, more);
      done += more;
    }
  }

  private int firstStep(int block) {
    return block % blocksAlongAxis * steps;
  }

  private int steps(int block) {
    return Math.min(steps, axes.size(axis) - firstStep(block));
  }
}
