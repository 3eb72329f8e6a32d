package lanewise.autograd;

import java.util.SplittableRandom;
import lanewise.autograd.GradientCheck.Operand;
import lanewise.backend.Shape;

/** Random operands of gradient checks. */
record Draw(SplittableRandom random) {

  Draw(long seed) {
    this(new SplittableRandom(seed));
  }

  Operand normal(Shape shape, double deviation) {
    float[] data = new float[shape.size()];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) (deviation * random.nextGaussian());
    }
    return new Operand(shape, data);
  }

  Operand normal(Shape shape) {
    return normal(shape, 1);
  }

  Operand uniform(Shape shape, double from, double to) {
    float[] data = new float[shape.size()];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) random.nextDouble(from, to);
    }
    return new Operand(shape, data);
  }

  /** Normal, but 0.1 away from zero: a step may not cross the kink of ReLU and its like. */
  Operand offZero(Shape shape) {
    Operand operand = normal(shape);
    float[] data = operand.data();
    for (int i = 0; i < data.length; i++) {
      data[i] += Math.copySign(0.1f, data[i]);
    }
    return operand;
  }

  /** Numbers in random order, each at least 0.1 away from all others. */
  Operand shuffled(Shape shape) {
    float[] data = new float[shape.size()];
    for (int i = 0; i < data.length; i++) {
      int other = random.nextInt(i + 1);
      data[i] = data[other];
      data[other] = (i - data.length / 2) * 0.1f;
    }
    return new Operand(shape, data);
  }

  /** {@code magnitude} and {@code -magnitude} by turns. */
  static Operand alternating(Shape shape, float magnitude) {
    float[] data = new float[shape.size()];
    for (int i = 0; i < data.length; i++) {
      data[i] = i % 2 == 0 ? magnitude : -magnitude;
    }
    return new Operand(shape, data);
  }
}
