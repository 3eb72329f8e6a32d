package lanewise.onnx;

import java.util.function.UnaryOperator;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;

/** Functions of one element. */
final class ActivationOps {
  /** Defaults of ONNX. */
  private static final float SELU_ALPHA = 1.67326319217681884765625f;

  private static final float SELU_GAMMA = 1.05070102214813232421875f;

  /** The opset from which on the bounds of Clip are inputs. */
  private static final int BOUNDS_ARE_INPUTS = 11;

  private ActivationOps() {}

  /** One without attributes. */
  static Operation.Factory plain(UnaryOperator<Variable> f) {
    return _ -> map(f);
  }

  private static Operation map(UnaryOperator<Variable> f) {
    return Operation.single(in -> in.device(0).map(f));
  }

  static Operation relu(Declaration node) {
    return new Operation.Activating(Activation.RELU);
  }

  static Operation leakyRelu(Declaration node) {
    float alpha = node.attributes().real("alpha", 0.01f);
    boolean canBeTakenOver = alpha >= 0 && Float.isFinite(alpha);
    return canBeTakenOver
        ? new Operation.Activating(Activation.leakyRelu(alpha))
        : map(x -> Ops.leakyRelu(x, alpha));
  }

  static Operation elu(Declaration node) {
    float alpha = node.attributes().real("alpha", 1);
    return map(x -> Ops.elu(x, alpha));
  }

  static Operation selu(Declaration node) {
    float alpha = node.attributes().real("alpha", SELU_ALPHA);
    float gamma = node.attributes().real("gamma", SELU_GAMMA);
    return map(x -> Ops.affine(Ops.elu(x, alpha), gamma, 0));
  }

  static Operation hardSigmoid(Declaration node) {
    float alpha = node.attributes().real("alpha", 0.2f);
    float beta = node.attributes().real("beta", 0.5f);
    return map(x -> Ops.clip(Ops.affine(x, alpha, beta), 0, 1));
  }

  static Operation hardSwish(Declaration node) {
    return map(x -> Ops.mul(x, Ops.hardSigmoid(x)));
  }

  /** The slopes broadcast to x, and x not to them. */
  static Operation prelu(Declaration node) {
    return Operation.single(
        in -> {
          DeviceTensor x = in.device(0);
          DeviceTensor negative = x.map(y -> Ops.relu(Ops.neg(y)));
          DeviceTensor scaled = DeviceTensor.zip(Ops::mul, negative, in.device(1));
          return DeviceTensor.zip(Ops::sub, x.map(Ops::relu), scaled);
        });
  }

  static Operation clip(Declaration node) {
    if (node.opset() < BOUNDS_ARE_INPUTS) {
      float low = node.attributes().real("min", Float.NEGATIVE_INFINITY);
      float high = node.attributes().real("max", Float.POSITIVE_INFINITY);
      return map(x -> clip(x, low, high));
    }
    return Operation.single(
        in -> {
          float low = bound(in, 1, Float.NEGATIVE_INFINITY);
          float high = bound(in, 2, Float.POSITIVE_INFINITY);
          return in.device(0).map(x -> clip(x, low, high));
        });
  }

  /** Where the bounds are crossed, the upper one counts. */
  private static Variable clip(Variable x, float low, float high) {
    return Ops.clip(x, Math.min(low, high), high);
  }

  private static float bound(Operands in, int i, float otherwise) {
    if (!in.has(i)) {
      return otherwise;
    }
    HostTensor bound = in.host(i, "a bound");
    if (bound.size() != 1) {
      throw new ModelFault("input %d is %s, not one number".formatted(i, bound));
    }
    return (float) bound.at(0);
  }
}
