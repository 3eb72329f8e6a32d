package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.MAX_DEPTH;
import static lanewise.backend.simd.MicroKernels.ROWS;
import static lanewise.backend.simd.MicroKernels.ROW_GRANULE;
import static lanewise.backend.simd.MicroKernels.ROW_STRIDE;

import java.util.Arrays;

/**
 * One worker's block of rows, times some panels of the right operand.
 *
 * <p>The depth is cut into segments; those of the left operand are packed when their turn comes. A
 * tile is written as soon as its last segment is added, so that the memory takes it while the next
 * one is computed.
 */
final class RowBlock {
  /** Segments begin at whole cache lines of the left operand's rows, if these do. */
  private static final int DEPTH_GRANULE = 16;

  /** Elements of the left operand that are packed at a time: the more of a row, the better. */
  private static final int PACKED = 1 << 16;

  private final Buffer left = new Buffer();
  private final Buffer product = new Buffer();

  /** Computes {@code rows} rows from {@code first} on by {@code panels} panels. */
  void multiply(
      RowSource source,
      int first,
      int rows,
      RightPanels right,
      int firstPanel,
      int panels,
      RowSink out) {
    int paddedRows = Blocks.roundUp(rows, ROWS);
    int segmentStride = paddedRows * ROW_STRIDE;
    Blocks segments = Blocks.even(right.depth(), MAX_DEPTH, DEPTH_GRANULE);
    // A product without depth, of a phase that no tap reaches, is zero.
    int count = Math.max(1, segments.count());
    int together = Math.clamp(PACKED / segmentStride, 1, count);
    float[] a = left.atLeast(Buffer.LINE + together * segmentStride);
    float[] c = product.atLeast(Buffer.LINE + panels * paddedRows * COLUMNS);
    for (int segment = 0; segment < count; segment++) {
      int from = segments.start(segment);
      int depth = segments.length(segment);
      if (segment % together == 0) {
        int end = Math.min(from + together * segments.size(), right.depth());
        pack(source, first, rows, from, end, segments.size(), a, segmentStride);
      }
      for (int panel = 0; panel < panels; panel++) {
        int bo = right.at(firstPanel + panel, from);
        int co = Buffer.LINE + panel * paddedRows * COLUMNS;
        int column = (firstPanel + panel) * COLUMNS;
        for (int r = 0; r < rows; r += ROWS) {
          int height = Math.min(ROWS, rows - r);
          int ao = Buffer.LINE + (segment % together) * segmentStride + r * ROW_STRIDE;
          int at = co + r * COLUMNS;
          if (segment == 0) {
            MicroKernels.firstRowPanel(height, depth, a, ao, right.data(), bo, c, at);
          } else {
            MicroKernels.rowPanel(height, depth, a, ao, right.data(), bo, c, at);
          }
          if (segment == count - 1) {
            int width = Math.min(COLUMNS, right.columns() - column);
            out.writeTile(first + r, height, column, width, c, at);
          }
        }
      }
    }
  }

  /** Packs the elements {@code from} to {@code end - 1} of rows, in segments of {@code size}. */
  private static void pack(
      RowSource source,
      int first,
      int rows,
      int from,
      int end,
      int size,
      float[] to,
      int segmentStride) {
    if (end - from > size) {
      for (int r = 0; r < rows; r++) {
        // All segments of a row while it is in the cache.
        int at = Buffer.LINE + r * ROW_STRIDE;
        for (int k = from; k < end; k += size) {
          source.read(first + r, k, Math.min(size, end - k), to, at);
          at += segmentStride;
        }
      }
    } else if (end > from) {
      source.readTile(first, rows, from, end - from, to, Buffer.LINE, ROW_STRIDE);
    }
    int padded = Blocks.roundUp(rows, ROW_GRANULE);
    for (int r = rows; r < padded; r++) {
      int at = Buffer.LINE + r * ROW_STRIDE;
      for (int k = from; k < end; k += size) {
        Arrays.fill(to, at, at + Math.min(size, end - k), 0);
        at += segmentStride;
      }
    }
  }
}
