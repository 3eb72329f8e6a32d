package lanewise.backend.simd;

import java.util.Arrays;

/**
 * What the tiles of a Winograd convolution see of an image batch.
 *
 * <p>A convolution of stride s is the sum of s x s convolutions of stride 1, its phases, each
 * between every s-th pixel and every s-th tap. They share the outputs, so they share a patch of the
 * image too.
 *
 * @param patches a row for each tile: all pixels between the first and the last that it sees
 * @param down tiles of an image, from top to bottom
 * @param across tiles of an image, from left to right
 * @param step from pixel to pixel and from tap to tap: the stride
 */
record TileInput(Filtering side, Window patches, int channels, int down, int across, int step)
    implements TileSource {

  /**
   * The tiles of a convolution.
   *
   * @param down its windows, {@code across} likewise; stride and dilation are {@code step}
   */
  static TileInput of(Winograd winograd, Planes image, Axis down, Axis across, int step) {
    Filtering side = winograd.side();
    Axis tilesDown = tiles(side, down, step);
    Axis tilesAcross = tiles(side, across, step);
    return new TileInput(
        side,
        new Window(image, tilesDown, tilesAcross),
        image.channels(),
        tilesDown.positions(),
        tilesAcross.positions(),
        step);
  }

  private static Axis tiles(Filtering side, Axis windows, int step) {
    int outputs = side.outputs();
    int count = Math.ceilDiv(windows.positions(), outputs);
    return new Axis(count, windows.origin(), outputs * step, side.points() * step, 1);
  }

  /** Channels of each phase, filled up to whole blocks of a filter. */
  int paddedChannels() {
    return Blocks.roundUp(channels, FilterPanels.SQUARE);
  }

  /** Channels of all phases. */
  @Override
  public int depth() {
    return step * step * paddedChannels();
  }

  /** Transforms a tile's channels, those of all phases in a row. */
  @Override
  public void transform(
      int tile,
      Buffer patches,
      Buffer scratch,
      float[] v,
      int at,
      int unit,
      int stride,
      int plane) {
    int pixels = side.points() * step;
    float[] patch = read(tile, patches);
    // Whole rows of the patch first, for all phases in it.
    int row = pixels * channels + paddedChannels() - channels;
    int length = Blocks.roundUp(row, FilterPanels.SQUARE);
    int points = side.points();
    float[] rows = scratch.atLeast(Buffer.LINE + points * length);
    for (int phase = 0; phase < step * step; phase++) {
      int y = phase / step;
      int x = phase % step;
      if (x == 0) {
        int first = Buffer.LINE + y * pixels * channels;
        int apart = step * pixels * channels;
        side.input(1, length, patch, first, 0, apart, rows, Buffer.LINE, 0, length);
      }
      for (int done = 0; done < paddedChannels(); ) {
        int k = phase * paddedChannels() + done;
        int count = Math.min(paddedChannels() - done, unit - k % unit);
        side.input(
            points,
            count,
            rows,
            Buffer.LINE + x * channels + done,
            length,
            step * channels,
            v,
            at + k / unit * stride + k % unit,
            points * plane,
            plane);
        done += count;
      }
    }
  }

  /** Reads a tile's patch, from {@link Buffer#LINE} on, with zeros where the last vectors end. */
  private float[] read(int tile, Buffer buffer) {
    int size = patches.depth();
    int end = Buffer.LINE + size;
    float[] patch = buffer.atLeast(end + 2 * FilterPanels.SQUARE);
    patches.read(tile, 0, size, patch, Buffer.LINE);
    Arrays.fill(patch, end, end + 2 * FilterPanels.SQUARE, 0);
    return patch;
  }
}
