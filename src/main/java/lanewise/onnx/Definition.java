package lanewise.onnx;

import java.util.Set;

/**
 * An operation that is supported.
 *
 * @param name ONNX's
 * @param since the first opset that has it
 * @param leastInputs how many inputs a node has at least; {@code mostInputs} at most
 * @param filters which inputs are filters of a convolution
 * @param host which inputs must be known before anything is computed: sizes, bounds
 * @param note what is left out, or empty
 */
record Definition(
    String name,
    int since,
    int leastInputs,
    int mostInputs,
    Operation.Factory factory,
    Set<Integer> filters,
    Set<Integer> host,
    String note) {

  static Definition of(
      String name, int since, int leastInputs, int mostInputs, Operation.Factory factory) {
    return new Definition(name, since, leastInputs, mostInputs, factory, Set.of(), Set.of(), "");
  }

  Definition withFilter(int input) {
    return new Definition(name, since, leastInputs, mostInputs, factory, Set.of(input), host, note);
  }

  Definition withHost(Integer... inputs) {
    return new Definition(
        name, since, leastInputs, mostInputs, factory, filters, Set.of(inputs), note);
  }

  Definition noting(String what) {
    return new Definition(name, since, leastInputs, mostInputs, factory, filters, host, what);
  }
}
