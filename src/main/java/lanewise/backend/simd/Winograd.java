package lanewise.backend.simd;

/**
 * The transforms of Winograd's minimal filtering for tiles of 2 x 2 outputs (Lavin and Gray, "Fast
 * Algorithms for Convolutional Neural Networks", 2015): a convolution becomes a matrix product for
 * each of {@link #planes()} points, of which each multiplies sums of inputs by sums of taps.
 *
 * <p>In single precision it is as exact as the direct way. The root mean squared error, relative to
 * that of double precision, of forward, data gradient and filter gradient, direct and so:
 *
 * <pre>
 * k4 s2 p1, 2x64x16x16 to 128: 5.5e-7 3.9e-7 1.9e-7 direct, 6.0e-7 4.2e-7 2.2e-7 F(2x2,2x2)
 * k3 s1 p1, 1x128x16x16 to 128: 5.9e-7 5.9e-7 2.8e-7 direct, 3.5e-7 3.5e-7 2.6e-7 F(2x2,3x3)
 * </pre>
 *
 * {@code mvn test -Dtest=ConvolutionTest} holds them to that.
 *
 * <p>Every transform turns a square of vectors into another one, {@code count} channels at a time,
 * rounded up to whole vectors. Element (i, j) is read from {@code at + i * down + j * across}, and
 * those that result are written one after the other, {@code plane} apart, from {@code to} on.
 */
sealed interface Winograd permits TwoTaps, ThreeTaps {

  /** Taps of the filter, along one side. */
  int taps();

  /** Inputs that a tile of outputs sees, along one side. */
  default int side() {
    return taps() + 1;
  }

  /** Products for a tile. */
  default int planes() {
    return side() * side();
  }

  /** The {@link #side()} x {@link #side()} inputs of a tile. */
  void input(int count, float[] x, int at, int down, int across, float[] v, int to, int plane);

  /** The {@link #taps()} x {@link #taps()} taps of a filter. */
  void filter(int count, float[] g, int at, int down, int across, float[] u, int to, int plane);

  /** From the products to 2 x 2 outputs. */
  void output(int count, float[] m, int at, int down, int across, float[] y, int to, int plane);

  /** The 2 x 2 gradients of a tile's outputs, for {@link #filterGradient}. */
  void gradient(int count, float[] dy, int at, int down, int across, float[] e, int to, int plane);

  /** From the products of inputs and gradients to the gradients of the taps. */
  void filterGradient(
      int count, float[] m, int at, int down, int across, float[] dw, int to, int plane);
}
