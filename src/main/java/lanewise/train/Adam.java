package lanewise.train;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
  private final Tensor[] rates;
  private final Tensor m;
  private final Tensor v;
  private long steps;

  /** An optimiser that takes one step at a time. */
  public Adam(Network network, AdamOptions options) {
    this(network, options, 1);
  }

  /**
   * An optimiser.
   *
   * @param atOnce steps that are counted together, so that all of them can be replayed
   */
  Adam(Network network, AdamOptions options, int atOnce) {
    this.network = network;
    this.lr = options.lr();
    spec = new AdamSpec(options.beta1(), options.beta2(), EPS);
    Backend backend = network.backend();
    rates = new Tensor[atOnce];
    Arrays.setAll(rates, _ -> backend.allocate(AdamSpec.RATES));
    m = backend.allocate(network.values().shape());
    v = backend.allocate(network.values().shape());
    backend.fill(m, 0);
    backend.fill(v, 0);
  }

  /**
   * Counts the next steps and tells the backend their rates: all of them that changes from step to
   * step.
   *
   * @param factor of the learning rate, as schedules have it
   */
  public void advance(double factor) {
    for (Tensor each : rates) {
      steps++;
      network.backend().upload(spec.rates(factor * lr, steps), each);
    }
  }

  /** {@link #step(int)} where one step is counted at a time. */
  public void step() {
    step(0);
  }

  /**
   * Moves the parameters by the network's present gradients.
   *
   * @param which of the steps that were counted together
   */
  void step(int which) {
    network.backend().adam(spec, rates[which], network.values(), network.gradients(), m, v);
  }

  /** Both moments, bit for bit. */
  public List<TensorEntry> state(String prefix) {
    return List.of(entry(prefix + ".exp_avg", m), entry(prefix + ".exp_avg_sq", v));
  }

  private TensorEntry entry(String name, Tensor tensor) {
    float[] data = new float[tensor.shape().size()];
    network.backend().read(tensor, data);
    return new TensorEntry(name, new long[] {data.length}, data);
  }

  /** Goes on where an optimiser of the same network stood after {@code steps}. */
  public void restore(String prefix, long steps, Map<String, TensorEntry> state) {
    this.steps = steps;
    network.backend().upload(state.get(prefix + ".exp_avg").data(), m);
    network.backend().upload(state.get(prefix + ".exp_avg_sq").data(), v);
  }

  @Override
  public void close() {
    for (Tensor each : rates) {
      each.close();
    }
    m.close();
    v.close();
  }
}
