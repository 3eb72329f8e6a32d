package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.ROWS;

import java.util.Arrays;

/**
 * {@code out = left right}: products along the rows of the left operand, in parallel over blocks of
 * the output.
 *
 * <p>How the output is cut does not change the order of any sum, so it may depend on the number of
 * threads.
 */
final class RowProduct {
  /**
   * The largest block: its output and a segment of its left operand stay in the second-level cache,
   * and either operand is read from memory as seldom as that allows.
   */
  private static final int MAX_ROWS = 264;

  private static final int MAX_PANELS = 512 / COLUMNS;

  /** Panels at most of a narrow product, whose time is that of reading the left operand. */
  private static final int NARROW = 4;

  /** Elements of a narrow product's block of the left operand, packed in one go ... */
  private static final int NARROW_BLOCK = 1 << 15;

  private static final int MIN_NARROW_ROWS = 48;

  /** ... and where the whole right operand stays in the first-level cache, so that both do. */
  private static final int SMALL_BLOCK = 6144;

  /** Tasks for each thread, so that none waits long for the last one. */
  private static final int TASKS_PER_THREAD = 8;

  private final Workers workers;
  private final RowBlock[] blocks;

  RowProduct(Workers workers) {
    this.workers = workers;
    blocks = new RowBlock[workers.threads()];
    Arrays.setAll(blocks, i -> new RowBlock());
  }

  /** Computes {@code rows} rows. */
  void run(RowSource left, int rows, RightPanels right, RowSink out) {
    int tasks = workers.threads() == 1 ? 1 : TASKS_PER_THREAD * workers.threads();
    Blocks across = Blocks.even(right.count(), MAX_PANELS, 1);
    int share = Math.toIntExact(Math.ceilDiv((long) rows * across.count(), tasks));
    Blocks down = Blocks.even(rows, Math.max(ROWS, share), ROWS);
    int maxRows = maxRows(right);
    workers.run(
        across.count() * down.count(),
        (task, worker) -> {
          int first = down.start(task % down.count());
          Blocks parts = Blocks.even(down.length(task % down.count()), maxRows, ROWS);
          for (int part = 0; part < parts.count(); part++) {
            blocks[worker].multiply(
                left,
                first + parts.start(part),
                parts.length(part),
                right,
                across.start(task / down.count()),
                across.length(task / down.count()),
                out);
          }
        });
  }

  /** Rows that are multiplied at a time. */
  private static int maxRows(RightPanels right) {
    if (right.count() > NARROW) {
      return MAX_ROWS;
    }
    int depth = Math.max(1, right.depth());
    if ((long) depth * right.count() * COLUMNS <= SMALL_BLOCK) {
      return Math.clamp(SMALL_BLOCK / depth, ROWS, MAX_ROWS);
    }
    return Math.clamp(NARROW_BLOCK / depth, MIN_NARROW_ROWS, MAX_ROWS);
  }
}
