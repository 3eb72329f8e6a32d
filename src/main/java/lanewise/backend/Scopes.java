package lanewise.backend;

/** The open scopes of one backend, innermost last. */
final class Scopes {
  private Scope innermost;

  Scope enter() {
    innermost = new Scope(this, innermost);
    return innermost;
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
