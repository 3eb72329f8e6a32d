package lanewise.backend;

/** A function of one element. */
public sealed interface Unary {

  /** {@code scale * x + shift}. */
  record Affine(float scale, float shift) implements Unary {}

  /** {@code x > 0 ? x : slope * x}. */
  record LeakyRelu(float slope) implements Unary {}

  /** {@code min(max(x, low), high)}; NaN stays. Either bound may be infinite. */
  record Clip(float low, float high) implements Unary {}

  /** Functions without parameters. */
  enum Elementary implements Unary {
    EXP,
    LOG,
    SQRT,
    RECIPROCAL,
    ABS,
    /** -1, 0 or 1. */
    SIGN,
    SQUARE,
    TANH,
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID,
    /** {@code log(1 + exp(x))}, without overflow for large x. */
    SOFTPLUS
  }
}
