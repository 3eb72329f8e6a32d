package lanewise.backend.simd;

import java.util.Arrays;

/**
 * The gradients of the tiles of a Winograd convolution's output.
 *
 * @param squares a row for each tile, with zeros beyond the edges
 * @param down tiles of an image, from top to bottom
 * @param across tiles of an image, from left to right
 */
record TileGradient(Winograd winograd, Window squares, int channels, int down, int across)
    implements TileSource {

  /** The tiles that {@code in} sees the inputs of. */
  static TileGradient of(Winograd winograd, Planes gradient, TileInput in) {
    int side = winograd.side().outputs();
    Axis down = new Axis(in.down(), 0, side, side, 1);
    Axis across = new Axis(in.across(), 0, side, side, 1);
    Window squares = new Window(gradient, down, across);
    return new TileGradient(winograd, squares, gradient.channels(), in.down(), in.across());
  }

  @Override
  public int depth() {
    return Blocks.roundUp(channels, FilterPanels.SQUARE);
  }

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
    int size = squares.depth();
    int end = Buffer.LINE + size;
    float[] square = patches.atLeast(end + FilterPanels.SQUARE);
    squares.read(tile, 0, size, square, Buffer.LINE);
    Arrays.fill(square, end, end + FilterPanels.SQUARE, 0);
    int line = winograd.side().outputs() * channels;
    for (int k = 0; k < depth(); k += unit) {
      int count = Math.min(unit, depth() - k);
      winograd.gradient(
          count,
          square,
          Buffer.LINE + k,
          line,
          channels,
          scratch,
          v,
          at + k / unit * stride,
          plane);
    }
  }
}
