package lanewise.backend.simd;

import java.util.Arrays;

/**
 * What the tiles of a Winograd convolution see of an image batch.
 *
 * <p>A convolution of stride s is the sum of s x s convolutions of stride 1, each between every
 * s-th pixel and every s-th tap. They share the outputs, so they share a patch of the image too.
 *
 * @param patches a row for each tile: all pixels between the first and the last that it sees
 * @param down tiles of an image, from top to bottom
 * @param across tiles of an image, from left to right
 * @param step from pixel to pixel and from tap to tap: the stride
 */
record TileInput(Window patches, int channels, int down, int across, int step, int side) {

  /**
   * The tiles of a convolution.
   *
   * @param down its windows; stride and dilation are alike
   */
  static TileInput of(Winograd winograd, Planes image, Axis down, Axis across, int step) {
    int side = winograd.side() * step;
    Axis tilesDown = tiles(down, step, side);
    Axis tilesAcross = tiles(across, step, side);
    return new TileInput(
        new Window(image, tilesDown, tilesAcross),
        image.channels(),
        tilesDown.positions(),
        tilesAcross.positions(),
        step,
        side);
  }

  private static Axis tiles(Axis windows, int step, int side) {
    return new Axis(Math.ceilDiv(windows.positions(), 2), windows.origin(), 2 * step, side, 1);
  }

  /** Convolutions of stride 1. */
  int phases() {
    return step * step;
  }

  /** Channels of each of them, filled up to whole blocks of a filter. */
  int paddedChannels() {
    return Blocks.roundUp(channels, FilterPanels.SQUARE);
  }

  /** Reads a tile's patch: pixels {@link #side} a row, and zeros where the last vector ends. */
  float[] read(int tile, Buffer buffer) {
    int size = patches.depth();
    float[] patch = buffer.atLeast(size + FilterPanels.SQUARE);
    patches.read(tile, 0, size, patch, 0);
    Arrays.fill(patch, size, size + FilterPanels.SQUARE, 0);
    return patch;
  }

  /** Where a phase begins in a patch. */
  int phaseAt(int phase) {
    return (phase / step * side + phase % step) * channels;
  }

  /** From row to row of a phase. */
  int rowStride() {
    return step * side * channels;
  }

  /** From pixel to pixel of a phase. */
  int pixelStride() {
    return step * channels;
  }
}
