package lanewise.nn;

import java.util.SplittableRandom;

/** How the elements of a parameter start. */
public sealed interface Init {

  record Constant(float value) implements Init {}

  record Normal(double mean, double std) implements Init {}

  /** Uniform in (-bound, bound). */
  record Uniform(double bound) implements Init {}

  Init ZEROS = new Constant(0);
  Init ONES = new Constant(1);

  /** PyTorch's default for convolutions and linear layers: U(-1/sqrt(fanIn), 1/sqrt(fanIn)). */
  static Init fanIn(int fanIn) {
    return new Uniform(1 / Math.sqrt(fanIn));
  }

  /** {@code count} values, drawn in PyTorch's order. */
  default float[] draw(int count, SplittableRandom random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (this) {
            case Constant(float value) -> value;
            case Normal(double mean, double std) -> (float) (mean + std * random.nextGaussian());
            case Uniform(double bound) -> (float) random.nextDouble(-bound, bound);
          };
    }
    return values;
  }
}
