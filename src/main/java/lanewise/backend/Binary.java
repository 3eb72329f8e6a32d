package lanewise.backend;

/** A function of two elements. */
public sealed interface Binary {

  /** The four rules of arithmetic. */
  enum Arithmetic implements Binary {
    ADD,
    SUB,
    MUL,
    DIV
  }

  /** {@code (x, dy) -> x > 0 ? dy : slope * dy}: the gradient of LeakyReLU. */
  record LeakyReluGradient(float slope) implements Binary {}
}
