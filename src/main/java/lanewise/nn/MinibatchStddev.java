package lanewise.nn;

import java.util.List;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/**
 * Minibatch standard deviation: one more channel, which says how much the samples of a group differ
 * (Karras et al. 2018, Progressive Growing of GANs, section 3).
 *
 * <p>The standard deviation over the group of each channel and pixel, averaged to one number, which
 * fills the channel for every sample of the group. A discriminator that sees it notices generators
 * whose samples are too much alike. As in the authors' code, a batch of N has N/G groups of G, and
 * sample i belongs to group {@code i mod N/G}; a batch that G does not divide is one group.
 */
public final class MinibatchStddev extends Module {
  private static final int GROUP_SIZE = 4;

  /** Under the root, as in the authors' code: the root's slope at 0 is infinite. */
  private static final float EPS = 1e-8f;

  private final int groupSize;

  /** With the group size of the paper, 4. */
  public MinibatchStddev() {
    this(GROUP_SIZE);
  }

  /**
   * The standard deviation over groups of {@code groupSize} samples.
   *
   * @throws IllegalArgumentException if there is nothing to compare in a group
   */
  public MinibatchStddev(int groupSize) {
    if (groupSize < 2) {
      throw new IllegalArgumentException("A group needs 2 samples or more, not " + groupSize);
    }
    this.groupSize = groupSize;
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    Shape shape = x.shape();
    int size = shape.n() % groupSize == 0 ? groupSize : shape.n();
    int groups = shape.n() / size;
    // One image holds a member of each group, so that a sum over images is one over members.
    Variable members = Ops.stackImages(x, groups);
    Shape table = Shape.of(1, shape.c(), groups * shape.h(), shape.w());
    Variable mean = Ops.affine(Ops.sum(members, table), 1f / size, 0);
    Variable squares = Ops.sum(Ops.square(Ops.sub(members, mean)), table);
    Variable deviations = Ops.cutImages(Ops.sqrt(Ops.affine(squares, 1f / size, EPS)), groups);
    Variable sums = Ops.sum(deviations, Shape.matrix(groups, 1));
    Variable averages = Ops.affine(sums, 1f / (shape.c() * shape.plane()), 0);
    Variable repeated = Ops.expand(Ops.stackImages(averages, groups), Shape.of(size, 1, groups, 1));
    Variable channel =
        Ops.expand(Ops.cutImages(repeated, groups), Shape.of(shape.n(), 1, shape.h(), shape.w()));
    return Ops.concat(List.of(x, channel));
  }

  @Override
  public Shape outputShape(Shape x) {
    return Shape.of(x.n(), x.c() + 1, x.h(), x.w());
  }

  @Override
  public String toString() {
    return "MinibatchStddev, groups of " + groupSize;
  }
}
