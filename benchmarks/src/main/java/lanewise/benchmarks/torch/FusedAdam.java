package lanewise.benchmarks.torch;

import static org.bytedeco.pytorch.global.torch.compile;
import static org.bytedeco.pytorch.global.torch.zeros_like;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lanewise.train.AdamOptions;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * {@code torch.optim.Adam(fused=True)}: PyTorch's fastest, which the C++ optimizer does not have.
 * The operation has no C++ binding here and is called by a line of TorchScript.
 */
final class FusedAdam implements AutoCloseable {
  private final List<Tensor> parameters;
  private final Tensors tensors;
  private final List<Tensor> m = new ArrayList<>();
  private final List<Tensor> v = new ArrayList<>();
  private final Tensor steps;
  private final CompilationUnit script;
  private final Function update;

  FusedAdam(Tensors tensors, List<Tensor> parameters, AdamOptions options) {
    this.parameters = parameters;
    this.tensors = tensors;
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      for (Tensor p : parameters) {
        m.add(zeros_like(p).retainReference());
        v.add(zeros_like(p).retainReference());
      }
      steps = tensors.of(new float[1]).retainReference();
      script = compile(script(parameters.size(), options)).retainReference();
      update = script.get_function(new QualifiedName("update")).retainReference();
    }
  }

  /** Returns the parameters: TorchScript drops an update that nobody looks at. */
  private static String script(int count, AdamOptions options) {
    return String.format(
        Locale.ROOT,
        """
        def update(steps, %1$s, %2$s, %3$s, %4$s):
            parameters = [%1$s]
            steps.add_(1)
            torch._fused_adam_(parameters, [%2$s], [%3$s], [%4$s], [], [%5$s],
                lr=%6$s, beta1=%7$s, beta2=%8$s, weight_decay=0.0, eps=1e-8,
                amsgrad=False, maximize=False)
            return parameters
        """,
        names("p", count),
        names("g", count),
        names("m", count),
        names("v", count),
        String.join(", ", Collections.nCopies(count, "steps")),
        options.lr(),
        options.beta1(),
        options.beta2());
  }

  private static String names(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).collect(Collectors.joining(", "));
  }

  /** Moves the parameters by their gradients, given in the same order. */
  void step(TensorVector gradients) {
    try (NoGradGuard _ = new NoGradGuard()) {
      IValueVector arguments = new IValueVector(new IValue(steps));
      parameters.forEach(p -> arguments.push_back(new IValue(p)));
      for (int i = 0; i < parameters.size(); i++) {
        Tensor gradient = gradients.get(i);
        // A no-op unless a gradient came in another memory format than its parameter.
        arguments.push_back(
            new IValue(gradient.dim() == 4 ? gradient.contiguous(tensors.format()) : gradient));
      }
      m.forEach(t -> arguments.push_back(new IValue(t)));
      v.forEach(t -> arguments.push_back(new IValue(t)));
      update.apply(arguments);
    }
  }

  @Override
  public void close() {
    m.forEach(Tensor::releaseReference);
    v.forEach(Tensor::releaseReference);
    steps.releaseReference();
    update.releaseReference();
    script.releaseReference();
  }
}
