package lanewise.nn;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/** How the elements of a parameter start. */
public sealed interface Init {

  record Constant(float value) implements Init {}

  record Normal(double mean, double std) implements Init {}

  /** Uniform in (-bound, bound). */
  record Uniform(double bound) implements Init {}

  /** A vector of length 1 in a random direction. */
  record Direction() implements Init {}

  Init ZEROS = new Constant(0);
  Init ONES = new Constant(1);
  Init DIRECTION = new Direction();

  /** PyTorch's default for convolutions and linear layers: U(-1/sqrt(fanIn), 1/sqrt(fanIn)). */
  static Init fanIn(int fanIn) {
    return new Uniform(1 / Math.sqrt(fanIn));
  }

  /** {@code count} values, drawn in PyTorch's order. */
  default float[] draw(int count, SplittableRandom random) {
    return switch (this) {
      case Constant(float value) -> fill(count, () -> value);
      case Normal(double mean, double std) -> fill(count, () -> mean + std * random.nextGaussian());
      case Uniform(double bound) -> fill(count, () -> random.nextDouble(-bound, bound));
      case Direction() -> direction(count, random);
    };
  }

  private static float[] fill(int count, DoubleSupplier value) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) value.getAsDouble();
    }
    return values;
  }

  private static float[] direction(int count, SplittableRandom random) {
    float[] values = fill(count, random::nextGaussian);
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    for (int i = 0; i < count; i++) {
      values[i] /= (float) Math.sqrt(squares);
    }
    return values;
  }
}
