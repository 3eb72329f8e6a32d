package lanewise.backend.conformance;

import java.util.List;
import java.util.Random;
import lanewise.backend.Backend;
import lanewise.backend.ElementType;
import lanewise.backend.Layout;
import lanewise.backend.Precision;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * One row of the conformance table: an operation, its operands and how close it must come.
 *
 * @param name unique; it also seeds the operands' contents
 * @param outputs start as NaN, which no operation may leave or take in, unless they are updated
 */
public record ConformanceCase(
    String name,
    List<Operand> inputs,
    List<Operand> outputs,
    Tolerance tolerance,
    Operation operation) {

  /** Two roundings to 10 bits of mantissa for each product, which sums even out. */
  private static final double TF32_PRODUCT = 2e-3;

  /** A rounding to 8 bits of precision for each operand and result. */
  private static final double BF16_ROUNDED = 1e-2;

  /** Calls the backend with operands in the order of the table. */
  @FunctionalInterface
  public interface Operation {
    void run(Backend backend, Tensor[] in, Tensor[] out);
  }

  /**
   * A shape and what its elements are.
   *
   * @param single whether it is fp32 however activations are stored
   */
  public record Operand(Shape shape, Fill fill, boolean single) {

    /** As what it is stored by an engine that stores activations as {@code activations}. */
    ElementType type(ElementType activations) {
      boolean image = shape.layout() == Layout.NHWC && shape.plane() > 1;
      return image && !single ? activations : ElementType.F32;
    }

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
  public interface Fill {
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

  /**
   * How far an element may be from the reference; equal elements and two NaNs always pass.
   *
   * @param limit of {@link #error}
   * @param floor of the magnitude that an error is relative to, or NaN if that is the largest
   *     magnitude in the reference
   */
  public record Tolerance(double limit, double floor) {
    public static final Tolerance EXACT = ofElement(0, 1);

    /** Relative to the largest element, as suits sums of products. */
    public static Tolerance ofScale(double relative) {
      return new Tolerance(relative, Double.NaN);
    }

    /** Relative to each element, or to {@code floor} if that is larger. */
    public static Tolerance ofElement(double relative, double floor) {
      return new Tolerance(relative, floor);
    }

    /**
     * How far one element is off, relatively; infinitely if one of two is not finite.
     *
     * @param scale the largest magnitude in the reference
     */
    double error(float actual, float expected, double scale) {
      if (actual == expected || Float.isNaN(actual) && Float.isNaN(expected)) {
        return 0;
      }
      double off = Math.abs((double) actual - expected);
      double unit = Double.isNaN(floor) ? scale : Math.max(Math.abs(expected), floor);
      return Double.isFinite(off) ? off / unit : Double.POSITIVE_INFINITY;
    }
  }

  /** The operation's name, a method of {@link Backend}. */
  public String method() {
    int end = name.indexOf(' ');
    return end < 0 ? name : name.substring(0, end).replace(",", "");
  }

  /** The tolerance for a backend that computes and stores in {@code precision}. */
  public Tolerance tolerance(Precision precision) {
    boolean product = method().startsWith("conv") || method().equals("gemm");
    boolean rounded =
        outputs.stream().anyMatch(operand -> operand.type(ElementType.BF16) == ElementType.BF16);
    return switch (precision) {
      case FP32 -> tolerance;
      case TF32 -> product ? looser(TF32_PRODUCT) : tolerance;
      case BF16 -> product || rounded ? looser(BF16_ROUNDED) : tolerance;
    };
  }

  private Tolerance looser(double relative) {
    return Tolerance.ofScale(Math.max(relative, tolerance.limit));
  }

  static Operand in(Shape shape) {
    return new Operand(shape, Fill.GAUSSIAN, false);
  }

  static Operand in(Shape shape, Fill fill) {
    return new Operand(shape, fill, false);
  }

  /** What is fp32 however activations are stored. */
  static Operand single(Shape shape) {
    return new Operand(shape, Fill.GAUSSIAN, true);
  }

  static Operand out(Shape shape) {
    return new Operand(shape, Fill.POISON, false);
  }

  /** A sum, which is fp32. */
  static Operand sum(Shape shape) {
    return new Operand(shape, Fill.POISON, true);
  }

  /** An operand that the operation reads and overwrites. */
  static Operand updated(Shape shape) {
    return new Operand(shape, Fill.GAUSSIAN, false);
  }

  static Operand updated(Shape shape, Fill fill) {
    return new Operand(shape, fill, false);
  }

  @Override
  public String toString() {
    return name;
  }
}
