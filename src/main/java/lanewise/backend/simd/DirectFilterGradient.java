package lanewise.backend.simd;

import static lanewise.backend.simd.WindowKernels.COLUMNS;
import static lanewise.backend.simd.WindowKernels.PIECE;

import java.util.Arrays;

/**
 * The filter gradient for an image of few channels, straight from its padded rows: the sum over
 * chunks of output pixels, whose partial sums are then added in order.
 */
final class DirectFilterGradient {
  /** Rows of output pixels that are computed from input rows that are loaded once. */
  private static final int MIN_ROWS = 4;

  private static final int MAX_ROWS = 16;

  /** Output pixels at a time, for the first-level cache. */
  private static final int MAX_PIXELS = 128;

  private final Workers workers;
  private final Buffer[] inputs;
  private final Buffer[] gradients;
  private final Buffer partialSums = new Buffer();

  DirectFilterGradient(Workers workers) {
    this.workers = workers;
    inputs = Buffer.forEach(workers);
    gradients = Buffer.forEach(workers);
  }

  /**
   * Computes dw from {@code images} images.
   *
   * @param dw (kh, kw, input channels) x output channels
   */
  void run(Planes x, Axis down, Axis across, Planes dy, int images, RowSink dw) {
    PaddedRows rows = new PaddedRows(x, down, across);
    int run = across.taps() * x.channels();
    int[] pieces = pieces(down.taps(), rows.pitch(), run);
    int ld = Blocks.roundUp(dy.channels(), COLUMNS);
    int size = pieces.length * PIECE * ld;
    Blocks bands = Blocks.ofImages(dy.height(), images, MIN_ROWS, MAX_ROWS);
    int rowsAtATime = Math.clamp(MAX_PIXELS / dy.width(), 1, bands.size());
    int rowOfInput = down.stride() * rows.pitch();
    int[] pixels = pixels(rowsAtATime, across, rowOfInput, x.channels());
    int units = images * bands.count();
    Blocks chunks = Blocks.even(units, Math.ceilDiv(units, Blocks.TASKS), 1);
    float[] sums =
        partialSums.atLeast(Math.addExact(Buffer.LINE, Math.multiplyExact(chunks.count(), size)));
    workers.run(
        chunks.count(),
        (chunk, worker) -> {
          int at = Buffer.LINE + chunk * size;
          Arrays.fill(sums, at, at + size, 0);
          for (int i = 0; i < chunks.length(chunk); i++) {
            int unit = chunks.start(chunk) + i;
            int image = unit / bands.count();
            int first = bands.start(unit % bands.count());
            int count = bands.length(unit % bands.count());
            float[] a = rows.load(image, first, count, inputs[worker]);
            float[] b = gradients[worker].atLeast(Buffer.LINE + pixels.length * ld);
            for (int row = 0; row < count; row += rowsAtATime) {
              int height = Math.min(rowsAtATime, count - row);
              load(dy, dy.at(image, first + row, 0), height * dy.width(), b, ld);
              for (int column = 0; column < ld; column += COLUMNS) {
                WindowKernels.sums(
                    pieces,
                    Buffer.LINE + row * rowOfInput,
                    pixels,
                    height * dy.width(),
                    a,
                    b,
                    Buffer.LINE + column,
                    ld,
                    sums,
                    at + column,
                    ld);
              }
            }
          }
        });
    int perRow = Math.ceilDiv(run, PIECE) * PIECE;
    workers.run(
        down.taps(),
        (tap, worker) -> {
          int from = Buffer.LINE + tap * perRow * ld;
          for (int chunk = 1; chunk < chunks.count(); chunk++) {
            Transfer.add(sums, chunk * size + from, sums, from, run * ld);
          }
          for (int k = 0; k < run; k++) {
            dw.write(tap * run + k, 0, dy.channels(), sums, from + k * ld);
          }
        });
  }

  /** Where a window's pieces begin. */
  private static int[] pieces(int taps, int pitch, int run) {
    int perRow = Math.ceilDiv(run, PIECE);
    int[] pieces = new int[taps * perRow];
    Arrays.setAll(pieces, i -> i / perRow * pitch + i % perRow * PIECE);
    return pieces;
  }

  /** Loads pixels, filled up to whole panels. */
  private static void load(Planes dy, int start, int pixels, float[] to, int ld) {
    int channels = dy.channels();
    if (channels == ld) {
      Transfer.load(dy.data(), start, to, Buffer.LINE, pixels * ld);
      return;
    }
    for (int p = 0; p < pixels; p++) {
      int at = Buffer.LINE + p * ld;
      Transfer.load(dy.data(), start + p * channels, to, at, channels);
      Arrays.fill(to, at + channels, at + ld, 0);
    }
  }

  /** Where the windows of some rows of pixels begin. */
  private static int[] pixels(int height, Axis across, int rowOfInput, int channels) {
    int width = across.positions();
    int[] pixels = new int[height * width];
    Arrays.setAll(pixels, p -> p / width * rowOfInput + p % width * across.stride() * channels);
    return pixels;
  }
}
