package lanewise.backend.simd;

/**
 * Winograd's method for images: a minimal {@link Filtering} along both sides turns a convolution of
 * stride 1 into a matrix product for each of {@link #planes()} pairs of points, of which each
 * multiplies sums of inputs by sums of taps.
 *
 * <p>The root mean squared error, relative to that of double precision, of forward, data gradient
 * and filter gradient:
 *
 * <pre>
 * k4 s2 p1, 2x64x16x16 to 128:  direct       5.5e-7 3.9e-7 1.9e-7
 *                               F(2x2,2x2)   6.0e-7 4.3e-7 2.2e-7
 *                               F(4x4,2x2)  12.3e-7 8.9e-7 3.7e-7
 * k3 s1 p1, 1x128x16x16 to 128: direct       5.9e-7 5.9e-7 2.8e-7
 *                               F(2x2,3x3)   3.5e-7 3.5e-7 2.6e-7
 *                               F(4x4,3x3)  10.7e-7 10.7e-7 5.3e-7
 * </pre>
 *
 * {@code mvn test -Dtest=ConvolutionTest} holds them to that.
 *
 * <p>Every transform turns a square of vectors into another one, {@code count} channels at a time,
 * rounded up to whole vectors. Element (i, j) is read from {@code at + i * down + j * across}, and
 * those that result are written one after the other, {@code plane} apart, from {@code to} on.
 */
record Winograd(Filtering side) {

  /** Products for a tile. */
  int planes() {
    return side.points() * side.points();
  }

  /** Pixels of a tile of the output. */
  int pixels() {
    return side.outputs() * side.outputs();
  }

  /** The taps of a filter. */
  void filter(
      int count,
      float[] g,
      int at,
      int down,
      int across,
      Buffer scratch,
      float[] u,
      int to,
      int plane) {
    int taps = side.taps();
    int points = side.points();
    int row = taps * count;
    float[] rows = scratch.atLeast(Buffer.LINE + points * row);
    side.filter(taps, count, g, at, across, down, rows, Buffer.LINE, count, row);
    side.filter(points, count, rows, Buffer.LINE, row, count, u, to, points * plane, plane);
  }

  /** From the products to a tile of outputs. */
  void output(
      int count,
      float[] m,
      int at,
      int down,
      int across,
      Buffer scratch,
      float[] y,
      int to,
      int plane) {
    int points = side.points();
    int outputs = side.outputs();
    int row = points * count;
    float[] rows = scratch.atLeast(Buffer.LINE + outputs * row);
    side.output(points, count, m, at, across, down, rows, Buffer.LINE, count, row);
    side.output(outputs, count, rows, Buffer.LINE, row, count, y, to, outputs * plane, plane);
  }

  /** The gradients of a tile's outputs, for {@link #inputGradient} and {@link #filterGradient}. */
  void gradient(
      int count,
      float[] dy,
      int at,
      int down,
      int across,
      Buffer scratch,
      float[] e,
      int to,
      int plane) {
    int points = side.points();
    int outputs = side.outputs();
    int row = outputs * count;
    float[] rows = scratch.atLeast(Buffer.LINE + points * row);
    side.gradient(outputs, count, dy, at, across, down, rows, Buffer.LINE, count, row);
    side.gradient(points, count, rows, Buffer.LINE, row, count, e, to, points * plane, plane);
  }

  /** From the products of taps and gradients to the gradients of a tile's inputs. */
  void inputGradient(
      int count,
      float[] m,
      int at,
      int down,
      int across,
      Buffer scratch,
      float[] dd,
      int to,
      int plane) {
    int points = side.points();
    int row = points * count;
    float[] rows = scratch.atLeast(Buffer.LINE + points * row);
    side.inputGradient(points, count, m, at, across, down, rows, Buffer.LINE, count, row);
    side.inputGradient(points, count, rows, Buffer.LINE, row, count, dd, to, points * plane, plane);
  }

  /** From the products of inputs and gradients to the gradients of the taps. */
  void filterGradient(
      int count,
      float[] m,
      int at,
      int down,
      int across,
      Buffer scratch,
      float[] dw,
      int to,
      int plane) {
    int points = side.points();
    int taps = side.taps();
    int row = points * count;
    float[] rows = scratch.atLeast(Buffer.LINE + taps * row);
    side.filterGradient(points, count, m, at, across, down, rows, Buffer.LINE, count, row);
    side.filterGradient(taps, count, rows, Buffer.LINE, row, count, dw, to, taps * plane, plane);
  }
}
