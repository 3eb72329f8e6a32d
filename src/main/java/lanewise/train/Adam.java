package lanewise.train;

import java.util.List;
import lanewise.backend.AdamSpec;
import lanewise.backend.Backend;
import lanewise.backend.Tensor;
import lanewise.io.TensorEntry;
import lanewise.nn.Network;

/** {@code torch.optim.Adam} on all parameters of a network at once. */
public final class Adam implements AutoCloseable {
  private static final double EPS = 1e-8;

  private final Network network;
  private final double lr;
  private final AdamSpec spec;
  private final Tensor rates;
  private final Tensor m;
  private final Tensor v;
  private long steps;

  public Adam(Network network, double lr, double beta1, double beta2) {
    this.network = network;
    this.lr = lr;
    spec = new AdamSpec(beta1, beta2, EPS);
    Backend backend = network.backend();
    rates = backend.allocate(AdamSpec.RATES);
    m = backend.allocate(network.values().shape());
    v = backend.allocate(network.values().shape());
    backend.fill(m, 0);
    backend.fill(v, 0);
  }

  /** Counts a step and tells the backend its rates: all of it that changes from step to step. */
  public void advance() {
    advance(lr);
  }

  /** {@link #advance()} with a learning rate for this step alone, as schedules have it. */
  public void advance(double lr) {
    steps++;
    network.backend().upload(spec.rates(lr, steps), rates);
  }

  /** Moves the parameters by the network's present gradients, at the rates of the step. */
  public void step() {
    network.backend().adam(spec, rates, network.values(), network.gradients(), m, v);
  }

  /** Both moments, bit for bit. */
  List<TensorEntry> state(String prefix) {
    return List.of(entry(prefix + ".exp_avg", m), entry(prefix + ".exp_avg_sq", v));
  }

  private TensorEntry entry(String name, Tensor tensor) {
    float[] data = new float[tensor.shape().size()];
    network.backend().read(tensor, data);
    return new TensorEntry(name, new long[] {data.length}, data);
  }

  /** Goes on where an optimiser of the same network stood after {@code steps}. */
  void restore(long steps, float[] expAvg, float[] expAvgSq) {
    this.steps = steps;
    network.backend().upload(expAvg, m);
    network.backend().upload(expAvgSq, v);
  }

  @Override
  public void close() {
    rates.close();
    m.close();
    v.close();
  }
}
