package lanewise.backend.cuda;

import lanewise.backend.ElementType;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Where an operation gets memory for what it has to keep aside. */
interface Scratch {

  /** Opens a scope: what is allocated from here on is given back with it. */
  Scope scope();

  Tensor allocate(Shape shape, ElementType type);

  /** A tensor that no scope ends: whoever asks closes it. */
  Tensor allocateUnscoped(Shape shape, ElementType type);
}
