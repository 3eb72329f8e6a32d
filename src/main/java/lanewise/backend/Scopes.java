package lanewise.backend;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The open scopes of one backend, innermost last. */
final class Scopes {
  private Scope innermost;

  /** Lists of closed scopes, so that a training step leaves no large ones behind. */
  private final ArrayDeque<List<Tensor>> spare = new ArrayDeque<>();

  Scope enter() {
    innermost = new Scope(this, innermost, spare.isEmpty() ? new ArrayList<>() : spare.pop());
    return innermost;
  }

  void reuse(List<Tensor> tensors) {
    tensors.clear();
    spare.push(tensors);
  }

  void leave(Scope scope) {
    if (innermost != scope) {
      throw new IllegalStateException("Scopes close in the reverse order of their opening, once");
    }
    innermost = scope.parent();
  }

  Tensor register(Tensor tensor) {
    if (innermost != null) {
      innermost.add(tensor);
    }
    return tensor;
  }
}
