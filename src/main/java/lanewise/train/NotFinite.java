package lanewise.train;

import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.UserException;
import lanewise.autograd.Gradients;
import lanewise.autograd.Variable;
import lanewise.diagnosis.Finding;
import lanewise.nn.Network;
import lanewise.nn.Parameter;

/** Finds the layer at which a loss stopped being a number. */
public final class NotFinite {
  private final Map<Variable, String> parameters = new LinkedHashMap<>();

  /** {@code networks} by what a message calls them. */
  public NotFinite(Map<String, Network> networks) {
    networks.forEach(
        (name, network) -> network.state().forEach((key, p) -> add(name + " " + key, p)));
  }

  /** Running averages are left out: they follow what went wrong, and never cause it here. */
  private void add(String name, Parameter p) {
    if (p.gradient() != null) {
      parameters.put(p.variable(), name);
    }
  }

  /**
   * Passes if {@code loss} is finite.
   *
   * @param history what the loss was computed from, in the order of computation
   * @throws UserException that names the step and the first layer whose output is not finite
   */
  public void check(String name, Variable loss, long step, Variable... history) {
    float value = loss.item();
    if (!Float.isFinite(value)) {
      throw failure(step, name, value, ", first seen in " + culprit(history), "");
    }
  }

  /**
   * Passes if a loss of a replayed step is finite, of which nothing else is left to look at.
   *
   * @throws UserException that names the step and says how to find the layer
   */
  public void checkReplayed(String name, float value, long step) {
    if (!Float.isFinite(value)) {
      String search = "to see in which layer it begins, --resume with --no-capture; ";
      throw failure(step, name, value, "", search);
    }
  }

  private static UserException failure(
      long step, String name, float value, String where, String search) {
    return new TrainingFailure(
        new Finding(
            step,
            "not-finite",
            "the %s loss is %s%s".formatted(name, value, where),
            search + "train anew with a lower --lr or another --norm"));
  }

  private String culprit(Variable... history) {
    for (Map.Entry<Variable, String> p : parameters.entrySet()) {
      if (!isFinite(p.getKey())) {
        return "the parameter " + p.getValue();
      }
    }
    String layer = "the input";
    for (Variable root : history) {
      for (Gradients.Step step : Gradients.history(root)) {
        for (Variable input : step.inputs()) {
          layer = parameters.getOrDefault(input, layer);
        }
        if (!isFinite(step.output())) {
          return step.operation() + " at " + layer;
        }
      }
    }
    return layer;
  }

  private static boolean isFinite(Variable v) {
    float[] values = new float[v.shape().size()];
    v.backend().read(v.tensor(), values);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
