package lanewise.autograd;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * Holds gradients to central differences in a random direction, and so the gradients of gradients,
 * to any order.
 *
 * <p>Every element moves uphill by a random share of its operand's size, so that all gradients add
 * up: one that is wrong by a factor is wrong in the sum by the same factor. The slope comes from
 * steps of h and 2h by Richardson's extrapolation, whose own error is of the order of h^4 (4e-9).
 * Values are stored as floats, of which a step of h = 2^-7 makes an error of about 2^-24 / h = 8e-6
 * in the slope, less where many elements add up. {@link #TOLERANCE} stands above that and far below
 * any wrong factor.
 */
final class GradientCheck {
  static final double TOLERANCE = 5e-5;

  private static final float STEP = 0x1p-7f;

  /** Variables computed from variables. */
  @FunctionalInterface
  interface Function {
    List<Variable> of(List<Variable> at);
  }

  /** An operand: its shape and elements, in PyTorch's order. */
  record Operand(Shape shape, float[] data) {

    private Operand moved(float[] direction, double by) {
      float[] moved = data.clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += (float) (by * direction[i]);
      }
      return new Operand(shape, moved);
    }

    private double size() {
      return Math.sqrt(dot(data, data) / data.length);
    }
  }

  private final Backend backend;
  private final SplittableRandom random;

  GradientCheck(Backend backend, long seed) {
    this.backend = backend;
    this.random = new SplittableRandom(seed);
  }

  /**
   * Passes if the gradients of {@code f} are right, and those of its gradients up to {@code order}.
   * Gradients that are all zero fail: they would say nothing.
   */
  void check(String name, Function f, List<Operand> at, int order) {
    List<Operand> cotangents = evaluate(f, at).stream().map(this::cotangent).toList();
    List<Operand> all = concat(at, cotangents);
    Function vjp = vjp(f, at.size(), false);
    List<Operand> gradients = evaluate(vjp, all);
    List<float[]> direction = uphill(at, gradients);

    double measured =
        (4 * slope(f, at, cotangents, direction, STEP)
                - slope(f, at, cotangents, direction, 2 * STEP))
            / 3;
    double expected = 0;
    for (int i = 0; i < at.size(); i++) {
      expected += dot(gradients.get(i).data, direction.get(i));
    }
    if (!(expected > 0 && Math.abs(measured - expected) <= TOLERANCE * expected)) {
      fail(
          "%s: the slope is %s, but the gradients say %s (%.2g of it)"
              .formatted(name, measured, expected, Math.abs(measured / expected - 1)));
    }
    if (order > 1) {
      check("the gradient of " + name, vjp(f, at.size(), true), all, order - 1);
    }
  }

  /** The gradients of f as a function of its operands and the cotangents of its results. */
  private static Function vjp(Function f, int operands, boolean createGraph) {
    return all -> {
      List<Variable> at = all.subList(0, operands);
      List<Variable> results = f.of(at);
      Variable inner = null;
      for (int i = 0; i < results.size(); i++) {
        Variable product = Ops.mul(results.get(i), all.get(operands + i));
        Variable sum = Ops.sum(product, Shape.scalar());
        inner = inner == null ? sum : Ops.add(inner, sum);
      }
      return Gradients.of(inner, at, createGraph);
    };
  }

  /** {@code <f(at + step), cotangents> - <f(at - step), cotangents>} over twice the step. */
  private double slope(
      Function f,
      List<Operand> at,
      List<Operand> cotangents,
      List<float[]> direction,
      double step) {
    List<Operand> up = evaluate(f, moved(at, direction, step));
    List<Operand> down = evaluate(f, moved(at, direction, -step));
    double difference = 0;
    for (int i = 0; i < up.size(); i++) {
      float[] cotangent = cotangents.get(i).data;
      for (int j = 0; j < cotangent.length; j++) {
        // Subtracted first: the sums would cancel.
        difference += ((double) up.get(i).data[j] - down.get(i).data[j]) * cotangent[j];
      }
    }
    return difference / (2 * step);
  }

  private List<Operand> evaluate(Function f, List<Operand> at) {
    try (Scope _ = backend.scope()) {
      return f.of(at.stream().map(this::leaf).toList()).stream().map(this::read).toList();
    }
  }

  private Variable leaf(Operand operand) {
    Tensor tensor = backend.allocate(operand.shape);
    backend.upload(operand.data, tensor);
    return Variable.leaf(backend, tensor);
  }

  private Operand read(Variable v) {
    float[] data = new float[v.shape().size()];
    backend.read(v.tensor(), data);
    return new Operand(v.shape(), data);
  }

  private Operand cotangent(Operand result) {
    float[] data = new float[result.data.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) random.nextGaussian();
    }
    return new Operand(result.shape, data);
  }

  private List<float[]> uphill(List<Operand> at, List<Operand> gradients) {
    List<float[]> direction = new ArrayList<>();
    for (int i = 0; i < at.size(); i++) {
      float[] gradient = gradients.get(i).data;
      float[] d = new float[gradient.length];
      for (int j = 0; j < d.length; j++) {
        double magnitude = at.get(i).size() * random.nextDouble(0.5, 1);
        d[j] = (float) Math.copySign(magnitude, gradient[j]);
      }
      direction.add(d);
    }
    return direction;
  }

  private static List<Operand> moved(List<Operand> at, List<float[]> direction, double by) {
    List<Operand> moved = new ArrayList<>();
    for (int i = 0; i < at.size(); i++) {
      moved.add(at.get(i).moved(direction.get(i), by));
    }
    return moved;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static <T> List<T> concat(List<T> a, List<T> b) {
    List<T> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }
}
