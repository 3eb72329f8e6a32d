package lanewise.train;

import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.train.GanTrainer.StepResult;

/** What a step measures, gathered on the backend, so that it is read, and waited for, once. */
final class Results implements AutoCloseable {
  static final int LOSS_D = 0;
  static final int LOSS_G = 1;
  static final int D_REAL = 2;
  static final int D_FAKE = 3;
  static final int PENALTY = 4;
  static final int GRAD_NORM_D = 5;
  static final int GRAD_NORM_G = 6;
  static final int DIVERSITY = 7;
  private static final int COUNT = 8;

  private final Backend backend;
  private final Tensor all;
  private final Tensor[] each = new Tensor[COUNT];
  private final float[] values = new float[COUNT];

  Results(Backend backend) {
    this.backend = backend;
    all = backend.allocate(Shape.vector(COUNT));
    for (int i = 0; i < COUNT; i++) {
      each[i] = all.part(i, Shape.scalar());
    }
  }

  /** Forgets all of them. */
  void clear() {
    backend.fill(all, 0);
  }

  /** Adds a share of a scalar. */
  void add(int which, Variable value, float share) {
    backend.accumulate(share, value.tensor(), each[which]);
  }

  /** Waits for the step. */
  StepResult read(long step) {
    backend.read(all, values);
    return new StepResult(
        step,
        values[LOSS_D],
        values[LOSS_G],
        values[D_REAL],
        values[D_FAKE],
        values[PENALTY],
        gauge(step, GRAD_NORM_D),
        gauge(step, GRAD_NORM_G),
        gauge(step, DIVERSITY));
  }

  private float gauge(long step, int which) {
    return Gauges.areDue(step) ? values[which] : Float.NaN;
  }

  @Override
  public void close() {
    all.close();
  }
}
