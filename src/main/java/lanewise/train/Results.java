package lanewise.train;

import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** What a step measures, gathered on the backend, so that it is read, and waited for, once. */
public final class Results implements AutoCloseable {
  private final Backend backend;
  private final Tensor all;
  private final Tensor[] each;
  private final float[] values;

  /** So many scalars. */
  public Results(Backend backend, int count) {
    this.backend = backend;
    all = backend.allocate(Shape.vector(count));
    each = new Tensor[count];
    for (int i = 0; i < count; i++) {
      each[i] = all.part(i, Shape.scalar());
    }
    values = new float[count];
  }

  /** Forgets all of them. */
  public void clear() {
    backend.fill(all, 0);
  }

  /** Adds a share of a scalar. */
  public void add(int which, Variable value, float share) {
    backend.accumulate(share, value.tensor(), each[which]);
  }

  /** Waits for the step; the array is the same each time. */
  public float[] read() {
    backend.read(all, values);
    return values;
  }

  @Override
  public void close() {
    all.close();
  }
}
