package lanewise.nn;

import lanewise.autograd.Functional;
import lanewise.autograd.Variable;
import lanewise.backend.Interpolation;
import lanewise.backend.Shape;

/** {@code torch.nn.Upsample}: an image becomes larger by a factor. */
public final class Upsample extends Module {
  private final double factor;
  private final Interpolation interpolation;

  /**
   * Any factor, also one below 1.
   *
   * @param interpolation {@link Interpolation#NEAREST}, {@link Interpolation#BILINEAR}, ...
   */
  public Upsample(double factor, Interpolation interpolation) {
    this.factor = factor;
    this.interpolation = interpolation;
  }

  /** Repeats each pixel: {@code mode="nearest"}. */
  public Upsample(int factor) {
    this(factor, Interpolation.NEAREST);
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    if (interpolation == Interpolation.NEAREST && factor == Math.rint(factor) && factor >= 1) {
      return Functional.upsampleNearest(x, (int) factor);
    }
    Shape s = x.shape();
    Shape y = outputShape(s);
    return Functional.resample(
        x, interpolation.map(s.h(), y.h(), factor), interpolation.map(s.w(), y.w(), factor));
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.Resize(factor, interpolation), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return Shape.of(x.n(), x.c(), (int) (x.h() * factor), (int) (x.w() * factor));
  }
}
