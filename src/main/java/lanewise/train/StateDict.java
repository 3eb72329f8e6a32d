package lanewise.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.io.TensorEntry;
import lanewise.nn.Network;
import lanewise.nn.Parameter;

/** A network's parameters and buffers by PyTorch's names, in PyTorch's layouts. */
public final class StateDict {
  private StateDict() {}

  /** A copy of all parameters and buffers. */
  public static List<TensorEntry> of(Network network) {
    List<TensorEntry> entries = new ArrayList<>();
    network
        .state()
        .forEach(
            (name, p) -> {
              float[] data = new float[p.shape().size()];
              network.backend().read(p.tensor(), data);
              entries.add(new TensorEntry(name, p.dimensions(), data));
            });
    return entries;
  }

  /**
   * Sets all parameters and buffers, as PyTorch's {@code load_state_dict(strict=True)}; {@code
   * num_batches_tracked} alone may be missing.
   *
   * @param source where the entries come from, for messages
   * @throws UserException if names or dimensions differ; nothing is changed then
   */
  public static void load(Network network, List<TensorEntry> entries, String source) {
    Map<String, Parameter> state = network.state();
    Map<String, TensorEntry> given = new LinkedHashMap<>();
    entries.forEach(e -> given.put(e.name(), e));
    TreeSet<String> missing = new TreeSet<>(state.keySet());
    missing.removeAll(given.keySet());
    missing.removeIf(name -> name.endsWith("num_batches_tracked"));
    TreeSet<String> unexpected = new TreeSet<>(given.keySet());
    unexpected.removeAll(state.keySet());
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new UserException(
          "%s does not fit this network: missing %s, unexpected %s; check size, norm and widths"
              .formatted(source, missing, unexpected));
    }
    given.forEach((name, entry) -> checkDimensions(state.get(name), entry, source));
    Backend backend = network.backend();
    given.forEach((name, entry) -> backend.upload(entry.data(), state.get(name).tensor()));
  }

  private static void checkDimensions(Parameter p, TensorEntry entry, String source) {
    if (!Arrays.equals(p.dimensions(), entry.shape())) {
      throw new UserException(
          "%s does not fit this network: %s is %s there and %s here; check size, norm and widths"
              .formatted(
                  source,
                  entry.name(),
                  Arrays.toString(entry.shape()),
                  Arrays.toString(p.dimensions())));
    }
  }
}
