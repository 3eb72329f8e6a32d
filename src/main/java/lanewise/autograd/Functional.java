package lanewise.autograd;

import static lanewise.autograd.Ops.add;
import static lanewise.autograd.Ops.affine;
import static lanewise.autograd.Ops.allocate;
import static lanewise.autograd.Ops.div;
import static lanewise.autograd.Ops.leakyRelu;
import static lanewise.autograd.Ops.leakyReluGradient;
import static lanewise.autograd.Ops.like;
import static lanewise.autograd.Ops.mean;
import static lanewise.autograd.Ops.mul;
import static lanewise.autograd.Ops.record;
import static lanewise.autograd.Ops.softplus;
import static lanewise.autograd.Ops.sqrt;
import static lanewise.autograd.Ops.square;
import static lanewise.autograd.Ops.sub;
import static lanewise.autograd.Ops.sum;
import static lanewise.autograd.Ops.view;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.Activation;
import lanewise.backend.AxisMap;
import lanewise.backend.ConvSpec;
import lanewise.backend.DropoutSpec;
import lanewise.backend.Interpolation;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.PadMode;
import lanewise.backend.Padding;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * The differentiable operations of layers and losses, as {@code torch.nn.functional} has them, each
 * beside its vector-Jacobian product: convolution, normalisation, resampling, pooling, dropout.
 *
 * @see Ops
 */
public final class Functional {
  private Functional() {}

  // ---- convolution: three operations, each a derivative of the other two

  /**
   * {@code torch.nn.functional.conv2d} without bias.
   *
   * @param w out x in/groups x kh x kw
   */
  public static Variable conv2d(Variable x, Variable w, ConvSpec spec) {
    Tensor y = x.backend().allocateActivation(spec.outputShape(x.shape(), w.shape()));
    x.backend().convForward(spec, x.tensor(), w.tensor(), y);
    return record(
        "conv2d",
        y,
        (at, dy) -> {
          if (at.wants(0)) {
            at.give(0, convTranspose2d(dy, at.in(1), spec, at.shape(0)));
          }
          if (at.wants(1)) {
            at.give(1, convFilter(at.in(0), dy, spec, at.memory(1)));
          }
        },
        x,
        w);
  }

  /**
   * {@code torch.nn.functional.conv_transpose2d} without bias: the gradient of a convolution with
   * respect to its input.
   *
   * @param w in x out/groups x kh x kw, as PyTorch has it
   * @param shape of the result; see {@link ConvSpec#transposedShape}
   */
  public static Variable convTranspose2d(Variable x, Variable w, ConvSpec spec, Shape shape) {
    Tensor y = x.backend().allocateActivation(shape);
    x.backend().convBackwardData(spec, x.tensor(), w.tensor(), y);
    return record(
        "convTranspose2d",
        y,
        (at, dy) -> {
          if (at.wants(0)) {
            at.give(0, conv2d(dy, at.in(1), spec));
          }
          if (at.wants(1)) {
            at.give(1, convFilter(dy, at.in(0), spec, at.memory(1)));
          }
        },
        x,
        w);
  }

  /** The gradient of a convolution with respect to its filter. */
  private static Variable convFilter(Variable x, Variable dy, ConvSpec spec, Tensor dw) {
    x.backend().convBackwardFilter(spec, x.tensor(), dy.tensor(), dw);
    return record(
        "convFilter",
        dw,
        (at, ddw) -> {
          if (at.wants(0)) {
            at.give(0, convTranspose2d(at.in(1), ddw, spec, at.shape(0)));
          }
          if (at.wants(1)) {
            at.give(1, conv2d(at.in(0), ddw, spec));
          }
        },
        x,
        dy);
  }

  // ---- fused

  /** {@code activation(x + bias)} with one bias per channel. */
  public static Variable biasActivation(Variable x, Variable bias, Activation activation) {
    return biasActivation(x, bias, activation, like(x));
  }

  /**
   * {@link #biasActivation} in the memory of x.
   *
   * @param x as {@link Ops#leakyReluInPlace} wants it
   */
  public static Variable biasActivationInPlace(Variable x, Variable bias, Activation activation) {
    return biasActivation(x, bias, activation, x.tensor());
  }

  private static Variable biasActivation(
      Variable x, Variable bias, Activation activation, Tensor y) {
    x.backend().biasActivation(x.tensor(), bias.tensor(), activation, y);
    return record(
        "biasActivation",
        y,
        (at, dy) -> {
          // The output has the sign of the activation's input, so it tells the active elements.
          Variable dz =
              activation.slope() == 1
                  ? dy
                  : leakyReluGradient(at, at.out(), dy, activation.slope());
          if (at.wants(0)) {
            at.give(0, dz);
          }
          if (at.wants(1)) {
            at.give(1, sum(dz, at.shape(1)));
          }
        },
        x,
        bias);
  }

  /**
   * Batch, instance, layer or group normalisation with its activation.
   *
   * @param gamma 1 x C or N x C, or null for 1; {@code beta} likewise, or null for 0
   * @param moments tables of the caller's, which must live until the gradients are computed
   */
  public static Variable norm(
      NormSpec spec, Variable x, Variable gamma, Variable beta, Moments moments) {
    Tensor y = like(x);
    x.backend().normForward(spec, x.tensor(), scaleAndShift(gamma, beta), moments, y);
    Variable[] inputs = inputs(x, gamma, beta);
    int gammaAt = gamma == null ? -1 : 1;
    int betaAt = beta == null ? -1 : inputs.length - 1;
    return record(
        "norm",
        y,
        (at, dy) -> {
          if (at.createsGraph()) {
            Variable g = gammaAt < 0 ? null : at.in(gammaAt);
            Variable b = betaAt < 0 ? null : at.in(betaAt);
            differentiate(composedNorm(spec, at.in(0), g, b, moments), dy, at, inputs.length);
          } else {
            normBackward(spec, at, gammaAt, betaAt, moments, dy);
          }
        },
        inputs);
  }

  private static Variable[] inputs(Variable x, Variable gamma, Variable beta) {
    if (gamma == null) {
      return beta == null ? new Variable[] {x} : new Variable[] {x, beta};
    }
    return beta == null ? new Variable[] {x, gamma} : new Variable[] {x, gamma, beta};
  }

  private static Affine scaleAndShift(Variable gamma, Variable beta) {
    return new Affine(gamma == null ? null : gamma.tensor(), beta == null ? null : beta.tensor());
  }

  private static void normBackward(
      NormSpec spec,
      Node.Backpropagation at,
      int gammaAt,
      int betaAt,
      Moments moments,
      Variable dy) {
    Variable x = at.in(0);
    Variable gamma = gammaAt < 0 ? null : at.in(gammaAt);
    Variable beta = betaAt < 0 ? null : at.in(betaAt);
    Tensor dx = at.wants(0) ? at.memory(0) : null;
    Tensor dgamma = gamma != null && at.wants(gammaAt) ? at.memory(gammaAt) : null;
    Tensor dbeta = beta != null && at.wants(betaAt) ? at.memory(betaAt) : null;
    x.backend()
        .normBackward(
            spec,
            x.tensor(),
            dy.tensor(),
            scaleAndShift(gamma, beta),
            moments,
            dx,
            new Affine(dgamma, dbeta));
    give(at, 0, dx, x);
    give(at, gammaAt, dgamma, x);
    give(at, betaAt, dbeta, x);
  }

  private static void give(Node.Backpropagation at, int i, Tensor gradient, Variable like) {
    if (gradient != null) {
      at.give(i, Variable.constant(like.backend(), gradient));
    }
  }

  /** The rule of a fused operation for higher derivatives: differentiate what it is composed of. */
  private static void differentiate(
      Variable composed, Variable dy, Node.Backpropagation at, int inputs) {
    List<Integer> wanted = new ArrayList<>();
    List<Variable> wrt = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      if (at.wants(i)) {
        wanted.add(i);
        wrt.add(at.in(i));
      }
    }
    List<Variable> gradients = Gradients.of(composed, dy, wrt, true);
    for (int i = 0; i < wanted.size(); i++) {
      at.give(wanted.get(i), gradients.get(i));
    }
  }

  /** {@link #norm} from its definition; any order of derivative. */
  static Variable composedNorm(
      NormSpec spec, Variable x, Variable gamma, Variable beta, Moments moments) {
    Shape shape = x.shape();
    Shape table = spec.scope().tableShape(shape);
    Variable grouped = x;
    if (spec.scope() instanceof NormScope.Group(int groups)) {
      // In NHWC the channels of a group are neighbours: the group becomes a dimension of its own.
      grouped = view(x, Shape.of(shape.n(), shape.c() / groups, shape.plane(), groups));
      table = Shape.of(shape.n(), 1, 1, groups);
    }
    Variable mean;
    Variable variance;
    if (moments.source() == Source.INPUT) {
      float share = 1f / spec.scope().count(shape);
      mean = affine(sum(grouped, table), share, 0);
      variance = affine(sum(square(sub(grouped, mean)), table), share, 0);
    } else {
      mean = Variable.constant(x.backend(), moments.mean().part(0, table));
      variance = Variable.constant(x.backend(), moments.variance().part(0, table));
    }
    Variable deviation = sqrt(affine(variance, 1, spec.eps()));
    Variable y = view(div(sub(grouped, mean), deviation), shape);
    if (gamma != null) {
      y = mul(y, gamma);
    }
    if (beta != null) {
      y = add(y, beta);
    }
    float slope = spec.activation().slope();
    return slope == 1 ? y : leakyRelu(y, slope);
  }

  // ---- resampling and padding: each beside its adjoint

  public static Variable upsampleNearest(Variable x, int factor) {
    Shape s = x.shape();
    Tensor y = allocate(x, Shape.of(s.n(), s.c(), s.h() * factor, s.w() * factor));
    x.backend().upsampleNearest(factor, x.tensor(), y);
    return record(
        "upsampleNearest",
        y,
        (at, dy) -> at.give(0, upsampleNearestAdjoint(dy, factor, at.shape(0))),
        x);
  }

  private static Variable upsampleNearestAdjoint(Variable dy, int factor, Shape shape) {
    Tensor dx = allocate(dy, shape);
    dy.backend().upsampleNearestAdjoint(factor, dy.tensor(), dx);
    return record(
        "upsampleNearestAdjoint", dx, (at, ddx) -> at.give(0, upsampleNearest(ddx, factor)), dy);
  }

  /**
   * {@code torch.nn.functional.avg_pool2d}: the mean of each window.
   *
   * @param countPadding PyTorch's {@code count_include_pad}
   */
  public static Variable averagePool(Variable x, PoolSpec spec, boolean countPadding) {
    Shape s = x.shape();
    int side = spec.rows().kernel();
    if (spec.equals(PoolSpec.of(side, side, 0)) && s.h() % side == 0 && s.w() % side == 0) {
      return affine(upsampleNearestAdjoint(x, side, spec.outputShape(s)), 1f / (side * side), 0);
    }
    return resample(
        x,
        AxisMap.average(s.h(), spec.rows(), countPadding),
        AxisMap.average(s.w(), spec.columns(), countPadding));
  }

  /** As {@code torch.nn.ReflectionPad2d}. */
  public static Variable reflectPad(Variable x, Padding padding) {
    Tensor y = allocate(x, padding.pad(x.shape()));
    x.backend().reflectPad(padding, x.tensor(), y);
    return record(
        "reflectPad", y, (at, dy) -> at.give(0, reflectPadAdjoint(dy, padding, at.shape(0))), x);
  }

  private static Variable reflectPadAdjoint(Variable dy, Padding padding, Shape shape) {
    Tensor dx = allocate(dy, shape);
    dy.backend().reflectPadAdjoint(padding, dy.tensor(), dx);
    return record("reflectPadAdjoint", dx, (at, ddx) -> at.give(0, reflectPad(ddx, padding)), dy);
  }

  /**
   * A linear map of the rows of each plane and one of its columns.
   *
   * @throws IllegalArgumentException if the maps take images of another size
   */
  public static Variable resample(Variable x, AxisMap rows, AxisMap columns) {
    if (rows.isIdentity() && columns.isIdentity()) {
      return x;
    }
    Shape s = x.shape();
    Tensor y = allocate(x, Shape.of(s.n(), s.c(), rows.outputs(), columns.outputs()));
    x.backend().resample(rows, columns, x.tensor(), y);
    return record(
        "resample",
        y,
        (at, dy) -> at.give(0, resample(dy, rows.transposed(), columns.transposed())),
        x);
  }

  /** {@code torch.nn.functional.interpolate} to a size. */
  public static Variable resize(Variable x, int height, int width, Interpolation how) {
    return resample(x, how.map(x.shape().h(), height), how.map(x.shape().w(), width));
  }

  /** {@code torch.nn.functional.pad} in one of its modes. */
  public static Variable pad(Variable x, Padding p, PadMode mode) {
    return mode == PadMode.REFLECT
        ? reflectPad(x, p)
        : resample(
            x,
            AxisMap.pad(x.shape().h(), p.top(), p.bottom(), mode),
            AxisMap.pad(x.shape().w(), p.left(), p.right(), mode));
  }

  /**
   * Some of the rows and columns: {@code x[:, :, top:top + height, left:left + width]}.
   *
   * @throws IllegalArgumentException if x does not have them
   */
  public static Variable crop(Variable x, int top, int left, int height, int width) {
    return resample(
        x,
        AxisMap.slice(x.shape().h(), top, 1, height),
        AxisMap.slice(x.shape().w(), left, 1, width));
  }

  // ---- max pooling: a choice of places, and its adjoint

  /** {@code torch.nn.functional.max_pool2d}. */
  public static Variable maxPool(Variable x, PoolSpec spec) {
    return largest(x.detach(), x, spec);
  }

  /** What stands in {@code values} where x is largest; piecewise constant in x. */
  private static Variable largest(Variable x, Variable values, PoolSpec spec) {
    Tensor y = allocate(values, spec.outputShape(x.shape()));
    x.backend().maxPool(spec, x.tensor(), values.tensor(), y);
    return record(
        "maxPool", y, (at, dy) -> at.give(1, largestAdjoint(at.in(0), dy, spec)), x, values);
  }

  private static Variable largestAdjoint(Variable x, Variable dy, PoolSpec spec) {
    Tensor dx = allocate(dy, x.shape());
    x.backend().maxPoolAdjoint(spec, x.tensor(), dy.tensor(), dx);
    return record(
        "maxPoolAdjoint", dx, (at, ddx) -> at.give(1, largest(at.in(0), ddx, spec)), x, dy);
  }

  // ---- dropout

  /**
   * {@code torch.nn.functional.dropout} while training: elements become 0 at random, and the others
   * grow so that the mean stays.
   *
   * @param key decides which: a {@link DropoutSpec#KEY}
   */
  public static Variable dropout(Variable x, DropoutSpec spec, Tensor key) {
    Tensor mask = x.backend().allocate(x.shape());
    x.backend().dropout(spec, key, mask);
    return mul(x, Variable.constant(x.backend(), mask));
  }

  // ---- losses

  /** {@code torch.nn.functional.mse_loss}. */
  public static Variable mseLoss(Variable input, Variable target) {
    return mean(square(sub(input, target)));
  }

  /** {@code torch.nn.functional.binary_cross_entropy_with_logits}, without overflow. */
  public static Variable bceWithLogits(Variable logits, Variable target) {
    return mean(sub(softplus(logits), mul(logits, target)));
  }
}
