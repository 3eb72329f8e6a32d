package lanewise.backend;

import java.util.List;
import java.util.Random;

/**
 * One row of the conformance table: an operation, its operands and how close it must come.
 *
 * @param name unique; it also seeds the operands' contents
 * @param outputs start as NaN, which no operation may leave or take in, unless they are updated
 */
record ConformanceCase(
    String name,
    List<Operand> inputs,
    List<Operand> outputs,
    Tolerance tolerance,
    Operation operation) {

  /** Calls the backend with operands in the order of the table. */
  @FunctionalInterface
  interface Operation {
    void run(Backend backend, Tensor[] in, Tensor[] out);
  }

  /** A shape and what its elements are. */
  record Operand(Shape shape, Fill fill) {

    float[] values(Random random) {
      float[] values = new float[shape.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = fill.at(i, random);
      }
      return values;
    }
  }

  /** The contents of an operand, element by element in PyTorch's order. */
  @FunctionalInterface
  interface Fill {
    /** A NaN that is told from any other by its payload, which arithmetic hands on. */
    int POISON_BITS = 0x7fc0_dead;

    Fill POISON = (i, random) -> Float.intBitsToFloat(POISON_BITS);
    Fill GAUSSIAN = around(0);
    Fill POSITIVE = (i, random) -> 0.1f + Math.abs((float) random.nextGaussian());

    float at(int index, Random random);

    /** Normally distributed with standard deviation 1. */
    static Fill around(float mean) {
      return (i, random) -> mean + (float) random.nextGaussian();
    }

    /** These values, over and over. */
    static Fill cycle(float... values) {
      return (i, random) -> values[i % values.length];
    }
  }

  /** How far an element may be from the reference; equal elements and two NaNs always pass. */
  @FunctionalInterface
  interface Tolerance {
    Tolerance EXACT = (actual, expected, scale) -> false;

    /**
     * Judges one element.
     *
     * @param scale the largest magnitude in the reference
     */
    boolean accepts(double actual, double expected, double scale);

    /** Relative to the largest element, as suits sums of products. */
    static Tolerance ofScale(double relative) {
      return (actual, expected, scale) -> Math.abs(actual - expected) <= relative * scale;
    }

    /** Relative to each element, or to {@code floor} if that is larger. */
    static Tolerance ofElement(double relative, double floor) {
      return (actual, expected, scale) ->
          Math.abs(actual - expected) <= relative * Math.max(Math.abs(expected), floor);
    }
  }

  static Operand in(Shape shape) {
    return new Operand(shape, Fill.GAUSSIAN);
  }

  static Operand in(Shape shape, Fill fill) {
    return new Operand(shape, fill);
  }

  static Operand out(Shape shape) {
    return new Operand(shape, Fill.POISON);
  }

  /** An operand that the operation reads and overwrites. */
  static Operand updated(Shape shape) {
    return new Operand(shape, Fill.GAUSSIAN);
  }

  static Operand updated(Shape shape, Fill fill) {
    return new Operand(shape, fill);
  }

  @Override
  public String toString() {
    return name;
  }
}
