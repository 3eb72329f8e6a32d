package lanewise.backend;

import java.util.List;

/**
 * The temporaries of a block of code: tensors allocated while a scope is the innermost one of its
 * backend are closed with it, but for those given to {@link #keep}.
 *
 * <pre>{@code
 * try (Scope step = backend.scope()) {
 *   ...
 *   return step.keep(loss);
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
  private final Scopes scopes;
  private final Scope parent;
  private List<Tensor> tensors;

  Scope(Scopes scopes, Scope parent, List<Tensor> tensors) {
    this.scopes = scopes;
    this.parent = parent;
    this.tensors = tensors;
  }

  void add(Tensor tensor) {
    tensors.add(tensor);
  }

  Scope parent() {
    return parent;
  }

  /**
   * Hands {@code tensor}, or the tensor of which it is a view, to the enclosing scope, or to the
   * caller if there is none.
   */
  public Tensor keep(Tensor tensor) {
    Tensor owner = remove(tensor);
    if (owner != null && parent != null) {
      parent.add(owner);
    }
    return tensor;
  }

  /**
   * Closes {@code tensor}, or the tensor of which it is a view, before its time; does nothing if it
   * is not a temporary of this scope.
   */
  public void release(Tensor tensor) {
    Tensor owner = remove(tensor);
    if (owner != null) {
      owner.close();
    }
  }

  /** Whether {@code tensor}, or the tensor of which it is a view, is a temporary of this scope. */
  public boolean holds(Tensor tensor) {
    return indexOf(tensor) >= 0;
  }

  private Tensor remove(Tensor tensor) {
    int i = indexOf(tensor);
    return i < 0 ? null : tensors.remove(i);
  }

  private int indexOf(Tensor tensor) {
    // From the end: what is asked for is nearly always what was allocated last.
    for (int i = tensors.size() - 1; i >= 0; i--) {
      if (tensors.get(i).sharesMemoryWith(tensor)) {
        return i;
      }
    }
    return -1;
  }

  /** Closes the temporaries; scopes close in the reverse order of their opening. */
  @Override
  public void close() {
    scopes.leave(this);
    tensors.forEach(Tensor::close);
    scopes.reuse(tensors);
    tensors = List.of();
  }
}
