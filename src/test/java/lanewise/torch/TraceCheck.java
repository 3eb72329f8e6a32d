package lanewise.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lanewise.io.TensorEntry;
import lanewise.torch.DcganTrace.Step;
import lanewise.torch.DcganTrace.Summary;
import lanewise.torch.TorchReferenceTest.Tolerances;
import lanewise.train.GanTrainer.StepResult;

/** Compares training steps with a trace, and remembers by how much they differ. */
final class TraceCheck {
  private final Tolerances tolerances;
  private double largestOfLosses;
  private double largestOfWeights;

  TraceCheck(Tolerances tolerances) {
    this.tolerances = tolerances;
  }

  /** The largest relative difference of a loss or a probability. */
  double largestOfLosses() {
    return largestOfLosses;
  }

  /** The largest difference of a weight or a running statistic. */
  double largestOfWeights() {
    return largestOfWeights;
  }

  void step(Step expected, StepResult actual) {
    String step = "step " + actual.step() + ", ";
    loss(step + "loss_d", expected.lossD(), actual.lossD());
    loss(step + "loss_g", expected.lossG(), actual.lossG());
    loss(step + "d_real", expected.dReal(), actual.dReal());
    loss(step + "d_fake", expected.dFake(), actual.dFake());
  }

  private void loss(String what, double expected, double actual) {
    double difference = within(what, expected, actual, tolerances.losses() * expected);
    largestOfLosses = Math.max(largestOfLosses, difference / expected);
  }

  void gradient(Summary expected, TensorEntry actual) {
    double scale = Arrays.stream(expected.sample()).map(Math::abs).max().orElseThrow();
    summary(actual.name(), expected, actual, tolerances.gradients() * scale);
  }

  void state(Map<String, Summary> expected, List<TensorEntry> state) {
    List<String> names = state.stream().map(TensorEntry::name).toList();
    assertEquals(List.copyOf(expected.keySet()), names, "names of the state dict");
    for (TensorEntry entry : state) {
      double difference =
          summary(entry.name(), expected.get(entry.name()), entry, tolerances.weights());
      largestOfWeights = Math.max(largestOfWeights, difference);
    }
  }

  /** Passes if a tensor agrees with what is recorded of it; the largest difference. */
  static double summary(String name, Summary expected, TensorEntry tensor, double allowed) {
    Summary actual = Summary.of(tensor, expected.sample().length);
    assertArrayEquals(expected.shape(), actual.shape(), name);
    within(name + ", mean", expected.mean(), actual.mean(), allowed);
    within(name + ", root mean square", expected.rms(), actual.rms(), allowed);
    double largest = 0;
    for (int i = 0; i < expected.sample().length; i++) {
      String what = name + ", sample " + i;
      double difference = within(what, expected.sample()[i], actual.sample()[i], allowed);
      largest = Math.max(largest, difference);
    }
    return largest;
  }

  /** Passes if a number is that near to PyTorch's; the difference. */
  static double within(String what, double expected, double actual, double allowed) {
    double difference = Math.abs(actual - expected);
    assertTrue(
        difference <= allowed,
        () ->
            "%s is %s, PyTorch has %s; they differ by %.2g, allowed are %.2g"
                .formatted(what, actual, expected, difference, allowed));
    return difference;
  }
}
