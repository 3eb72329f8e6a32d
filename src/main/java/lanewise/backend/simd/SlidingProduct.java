package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.MAX_DEPTH;
import static lanewise.backend.simd.MicroKernels.ROWS;
import static lanewise.backend.simd.MicroKernels.ROW_STRIDE;

import java.util.Arrays;

/**
 * One worker's products of a filter and the windows that slide over an image's rows.
 *
 * <p>A strip of neighbouring windows is packed together with the windows below them: these see the
 * same rows but for a few, so that an element is copied once for several windows that share it.
 */
final class SlidingProduct {
  /** Where the products of a row of windows go. */
  interface Target {
    /** What holds them, a row of {@link MicroKernels#COLUMNS} for each panel and window. */
    float[] values();

    /**
     * Where those of a strip begin. Rows are written up to the next multiple of {@link
     * MicroKernels#ROW_GRANULE}.
     *
     * @param top row of windows of the group that is computed together
     * @param row of the group
     */
    int at(int panel, int top, int row, int first);

    /** Called when a strip's products are complete. */
    void complete(int panel, int top, int row, int first, int windows);
  }

  private final Buffer strip = new Buffer();

  /** One for each worker. */
  static SlidingProduct[] forEach(Workers workers) {
    SlidingProduct[] products = new SlidingProduct[workers.threads()];
    Arrays.setAll(products, i -> new SlidingProduct());
    return products;
  }

  /**
   * Multiplies {@code count} rows of windows.
   *
   * @param input what they see, by {@link PaddedRows#load}
   * @param right the filter, in it a row for each element of a window
   */
  void run(Cut cut, float[] input, int count, RightPanels right, Target target) {
    int width = cut.rows.width();
    Blocks groups = Blocks.even(count, cut.group, 1);
    for (int first = 0; first < width; first += ROWS) {
      int windows = Math.min(ROWS, width - first);
      for (int group = 0; group < groups.count(); group++) {
        int top = groups.start(group);
        for (int segment = 0; segment < cut.count(); segment++) {
          int height = groups.length(group);
          multiply(cut, segment, input, top, height, first, windows, right, target);
        }
      }
    }
  }

  /** One segment's share of a strip's products. */
  private void multiply(
      Cut cut,
      int segment,
      float[] input,
      int top,
      int height,
      int first,
      int windows,
      RightPanels right,
      Target target) {
    PaddedRows rows = cut.rows;
    int tap = cut.taps.start(segment / cut.parts.count());
    int taps = cut.taps.length(segment / cut.parts.count());
    int from = cut.parts.start(segment % cut.parts.count());
    int part = cut.parts.length(segment % cut.parts.count());
    float[] a = strip.atLeast(Buffer.LINE + ROWS * ROW_STRIDE);
    for (int i = 0; i < (height - 1) * rows.stride() + taps; i++) {
      int row = top * rows.stride() + tap + i;
      rows.pack(input, row, first, windows, from, part, a, Buffer.LINE + i * part);
    }
    float[] c = target.values();
    int depth = taps * part;
    for (int panel = 0; panel < right.count(); panel++) {
      int bo = right.at(panel, tap * rows.run() + from);
      for (int row = 0; row < height; row++) {
        int ao = Buffer.LINE + row * rows.stride() * part;
        int co = target.at(panel, top, row, first);
        if (segment == 0) {
          MicroKernels.firstRowPanel(windows, depth, a, ao, right.data(), bo, c, co);
        } else {
          MicroKernels.rowPanel(windows, depth, a, ao, right.data(), bo, c, co);
        }
        if (segment == cut.count() - 1) {
          target.complete(panel, top, row, first, windows);
        }
      }
    }
  }

  /**
   * How windows are cut into segments that a strip has room for: some rows of taps or, where one is
   * too long, parts of it. Made once for all workers.
   *
   * @param rows that the windows see
   * @param group rows of windows that are packed together
   */
  record Cut(PaddedRows rows, Blocks taps, Blocks parts, int group) {

    static Cut of(PaddedRows rows) {
      Blocks parts = Blocks.even(rows.run(), MAX_DEPTH, Lanes.COUNT);
      int room = (ROW_STRIDE - Lanes.COUNT) / Math.min(rows.run(), parts.size());
      // Some room is left for the rows of windows further down, even if that takes more segments.
      Blocks taps = Blocks.even(rows.taps(), Math.max(1, 4 * room / 5), 1);
      return new Cut(rows, taps, parts, (room - taps.size()) / rows.stride() + 1);
    }

    int count() {
      return taps.count() * parts.count();
    }
  }
}
