package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.ROWS;

import java.util.Arrays;

/**
 * {@code out = left right}: products along the rows of the left operand, in parallel over blocks of
 * the output.
 */
final class RowProduct {
  /** The largest block, for the second-level cache: rows, and columns in panels. */
  private static final int MAX_ROWS = 96;

  private static final int MAX_PANELS = 256 / COLUMNS;

  private final Workers workers;
  private final RowBlock[] blocks;

  RowProduct(Workers workers) {
    this.workers = workers;
    blocks = new RowBlock[workers.threads()];
    Arrays.setAll(blocks, i -> new RowBlock());
  }

  /** Computes {@code rows} rows. */
  void run(RowSource left, int rows, RightPanels right, RowSink out) {
    Blocks across = Blocks.even(right.count(), MAX_PANELS, 1);
    long wanted = Math.ceilDiv((long) rows * across.count(), Blocks.TASKS);
    Blocks down = Blocks.even(rows, Math.clamp(wanted, ROWS, MAX_ROWS), ROWS);
    workers.run(
        across.count() * down.count(),
        (task, worker) -> {
          int firstPanel = across.start(task / down.count());
          int panels = across.length(task / down.count());
          int first = down.start(task % down.count());
          int count = down.length(task % down.count());
          RowBlock block = blocks[worker];
          block.multiply(left, first, count, right, firstPanel, panels);
          int from = firstPanel * COLUMNS;
          int length = Math.min(panels * COLUMNS, right.columns() - from);
          for (int r = 0; r < count; r++) {
            out.write(first + r, from, length, block.row(r), 0);
          }
        });
  }
}
