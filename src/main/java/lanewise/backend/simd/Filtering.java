package lanewise.backend.simd;

/**
 * A minimal filtering algorithm F(m,r) along one side: m outputs of a filter of r taps by {@code m
 * + r - 1} multiplications (Winograd, "Arithmetic Complexity of Computations", 1980; Lavin and
 * Gray, "Fast Algorithms for Convolutional Neural Networks", 2015).
 *
 * <p>With inputs d, taps g and outputs y, {@code y = A'[(G g) * (B d)]}. The gradient of the taps
 * is its adjoint, {@code G'[(B d) * (A dy)]}, and that of the inputs {@code B'[(G g) * (A dy)]}.
 * The matrices follow from the points at which the polynomials are evaluated; these are chosen for
 * their rounding errors.
 *
 * <p>All methods transform {@code count} channels, rounded up to whole vectors, of {@code lines}
 * lines. Element e of line l is read from {@code at + l * line + e * step} on, and element f of
 * what results is written from {@code to + l * lineTo + f * stepTo} on.
 */
sealed interface Filtering permits F22, F42, F23, F43 {

  /** m. */
  int outputs();

  /** r. */
  int taps();

  /** Multiplications, and inputs that are seen. */
  default int points() {
    return outputs() + taps() - 1;
  }

  /** B: inputs to points. */
  void input(
      int lines,
      int count,
      float[] d,
      int at,
      int line,
      int step,
      float[] v,
      int to,
      int lineTo,
      int stepTo);

  /** B': gradients of the points to those of the inputs. */
  void inputGradient(
      int lines,
      int count,
      float[] v,
      int at,
      int line,
      int step,
      float[] dd,
      int to,
      int lineTo,
      int stepTo);

  /** G: taps to points. */
  void filter(
      int lines,
      int count,
      float[] g,
      int at,
      int line,
      int step,
      float[] u,
      int to,
      int lineTo,
      int stepTo);

  /** A': points to outputs. */
  void output(
      int lines,
      int count,
      float[] m,
      int at,
      int line,
      int step,
      float[] y,
      int to,
      int lineTo,
      int stepTo);

  /** A: gradients of the outputs to points. */
  void gradient(
      int lines,
      int count,
      float[] dy,
      int at,
      int line,
      int step,
      float[] e,
      int to,
      int lineTo,
      int stepTo);

  /** G': points to gradients of the taps. */
  void filterGradient(
      int lines,
      int count,
      float[] m,
      int at,
      int line,
      int step,
      float[] dg,
      int to,
      int lineTo,
      int stepTo);
}
