package lanewise.benchmarks.torch;

import static org.bytedeco.pytorch.global.torch.batch_norm;
import static org.bytedeco.pytorch.global.torch.grad;
import static org.bytedeco.pytorch.global.torch.group_norm;
import static org.bytedeco.pytorch.global.torch.instance_norm;
import static org.bytedeco.pytorch.global.torch.leaky_relu_;

import java.util.ArrayList;
import java.util.List;
import lanewise.benchmarks.Workload.Normalization;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** Through autograd, with LeakyReLU in place, as a model would do it. */
final class NormalizationWork extends TorchWork {
  private final Normalization n;
  private final Tensor x;
  private final Tensor dy;
  private final Tensor gamma;
  private final Tensor beta;
  private final TensorVector outputGradients;
  private final TensorVector wanted;

  NormalizationWork(Tensors tensors, Normalization n) {
    super(tensors);
    this.n = n;
    x = own(tensors.uniform(n.x(), 1));
    dy = own(tensors.uniform(n.x(), 2));
    gamma = n.affine() ? own(tensors.vector(n.c(), 3)) : null;
    beta = n.affine() ? own(tensors.vector(n.c(), 4)) : null;
    outputGradients = own(new TensorVector(dy));
    Tensor[] inputs = n.affine() ? new Tensor[] {x, gamma, beta} : new Tensor[] {x};
    for (Tensor input : inputs) {
      input.set_requires_grad(true);
    }
    wanted = own(new TensorVector(inputs));
  }

  @Override
  List<Tensor> compute() {
    Tensor y = leaky_relu_(norm(), new Scalar(Normalization.SLOPE));
    TensorVector gradients =
        grad(new TensorVector(y), wanted, outputGradients, new BoolOptional(), false, false);
    List<Tensor> results = new ArrayList<>(List.of(y));
    for (long i = 0; i < gradients.size(); i++) {
      results.add(gradients.get(i));
    }
    return results;
  }

  /** No running averages: momentum is not used, the statistics are those of the input. */
  private Tensor norm() {
    TensorOptional none = Tensors.none();
    if (n.affine()) {
      TensorOptional scale = Tensors.some(gamma);
      TensorOptional shift = Tensors.some(beta);
      return batch_norm(x, scale, shift, none, none, true, 0, Normalization.EPS, false);
    }
    // In NCHW, a group norm with one channel a group is the same and 2.7 times as fast.
    return tensors.format() == MemoryFormat.Contiguous
        ? group_norm(x, n.c(), none, none, Normalization.EPS, false)
        : instance_norm(x, none, none, none, none, true, 0, Normalization.EPS, false);
  }
}
