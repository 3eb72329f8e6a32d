package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lanewise.backend.AxisOrder;
import lanewise.backend.Tensor;

/** Other orders of elements: copies of what stays together, or transpositions tile by tile. */
final class Reordering {
  /** Elements that one chunk of work moves, about. */
  private static final int CHUNK = 16 * 1024;

  /** Sides of a tile: it reads as many cache lines as stay in the first cache. */
  private static final int TILE = 32;

  private final Workers workers;

  Reordering(Workers workers) {
    this.workers = workers;
  }

  void permute(AxisOrder order, Tensor x, Tensor y) {
    AxisOrder simple = order.simplified();
    int[] strides = simple.resultStrides();
    if (strides[strides.length - 1] == 1) {
      moveRuns(simple, x.segment(), y.segment());
    } else {
      transpose(simple, x.segment(), y.segment());
    }
  }

  /** The last axis stays the last: copies it as a whole. */
  private void moveRuns(AxisOrder order, MemorySegment x, MemorySegment y) {
    int[] sizes = order.resultSizes();
    int[] strides = order.resultStrides();
    int last = sizes.length - 1;
    int run = sizes[last];
    int pieces = Math.ceilDiv(run, CHUNK);
    int runs = order.size() / run;
    int group = Math.max(1, CHUNK / run);
    workers.run(
        Math.ceilDiv(runs, group) * pieces,
        (chunk, worker) -> {
          int start = chunk % pieces * CHUNK;
          int length = Math.min(CHUNK, run - start);
          int first = chunk / pieces * group;
          int end = Math.min(runs, first + group);
          for (int i = first; i < end; i++) {
            int from = offset(i, sizes, strides, last) + start;
            copy(x, from, y, i * run + start, length);
          }
        });
  }

  private static void copy(MemorySegment x, int from, MemorySegment y, int to, int length) {
    if (length >= Lanes.COUNT) {
      MemorySegment.copy(x, from * 4L, y, to * 4L, length * 4L);
      return;
    }
    for (int i = 0; i < length; i++) {
      y.setAtIndex(JAVA_FLOAT, to + i, x.getAtIndex(JAVA_FLOAT, from + i));
    }
  }

  /** Tiles of the axes that are the last one before and after. */
  private void transpose(AxisOrder order, MemorySegment x, MemorySegment y) {
    int[] sizes = order.resultSizes();
    int[] strides = order.resultStrides();
    int last = sizes.length - 1;
    int contiguous = indexOf(1, strides);
    int rows = sizes[contiguous];
    int columns = sizes[last];
    int[] yStrides = stridesOf(sizes);
    // Of an index into the result without these two axes.
    int[] others = sizes.clone();
    others[contiguous] = 1;
    int outer = order.size() / (rows * columns);
    int tilesDown = Math.ceilDiv(rows, TILE);
    int group = Math.clamp(CHUNK / (Math.min(rows, TILE) * columns), 1, outer);
    int groups = Math.ceilDiv(outer, group);
    workers.run(
        groups * tilesDown,
        (chunk, worker) -> {
          int row = chunk % tilesDown * TILE;
          int height = Math.min(TILE, rows - row);
          int first = chunk / tilesDown * group;
          int end = Math.min(outer, first + group);
          for (int i = first; i < end; i++) {
            int from = offset(i, others, strides, last) + row;
            int to = offset(i, others, yStrides, last) + row * yStrides[contiguous];
            for (int column = 0; column < columns; column += TILE) {
              int width = Math.min(TILE, columns - column);
              int corner = from + column * strides[last];
              tile(x, corner, strides[last], y, to + column, yStrides[contiguous], height, width);
            }
          }
        });
  }

  private static void tile(
      MemorySegment x,
      int from,
      int xStride,
      MemorySegment y,
      int to,
      int yStride,
      int height,
      int width) {
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        y.setAtIndex(
            JAVA_FLOAT,
            to + row * yStride + column,
            x.getAtIndex(JAVA_FLOAT, from + row + column * xStride));
      }
    }
  }

  private static int indexOf(int value, int[] values) {
    int i = 0;
    while (values[i] != value) {
      i++;
    }
    return i;
  }

  private static int[] stridesOf(int[] sizes) {
    int[] strides = new int[sizes.length];
    for (int i = sizes.length - 1, stride = 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= sizes[i];
    }
    return strides;
  }

  /** Where the element with number i of the first {@code axes} axes is. */
  private static int offset(int i, int[] sizes, int[] strides, int axes) {
    int offset = 0;
    for (int axis = axes - 1; axis >= 0; axis--) {
      offset += i % sizes[axis] * strides[axis];
      i /= sizes[axis];
    }
    return offset;
  }
}
