package lanewise.torch;

import static lanewise.torch.TraceCheck.summary;
import static lanewise.torch.TraceCheck.within;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.io.TensorEntry;
import lanewise.nn.Network;
import lanewise.nn.Parameter;
import lanewise.perceptual.PerceptualFeatures;
import lanewise.torch.StyleTrace.Step;
import lanewise.train.StateDict;
import lanewise.train.loss.PerceptualLoss;
import lanewise.train.style.StyleTrainer;
import lanewise.train.style.StyleTrainer.StepResult;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds training steps of style transfer on one backend to PyTorch's in float64. */
abstract class StyleTraceTest {
  private static final System.Logger LOG = System.getLogger("lanewise.torch");

  private final String backendName;
  private final Tolerances tolerances;

  private double largestOfLosses;
  private double largestOfGradients;
  private double largestOfWeights;

  /**
   * How near a backend comes to float64.
   *
   * @param losses relative
   * @param gradients of the first step, relative to the largest of the tensor
   * @param weights after the last step, absolute, or relative to the tensor's root mean square if
   *     that is larger
   */
  record Tolerances(double losses, double gradients, double weights) {}

  StyleTraceTest(String backendName, Tolerances tolerances) {
    this.backendName = backendName;
    this.tolerances = tolerances;
  }

  @ParameterizedTest
  @ValueSource(strings = {"vgg", "random"})
  void steps(String name) {
    StyleTrace trace = StyleTrace.read(name);
    try (Backend backend = Backends.open(backendName);
        Network network = new Network(backend, trace.network(), "network");
        PerceptualFeatures features = trace.features(backend);
        PerceptualLoss loss = trace.loss(backend, features);
        StyleTrainer trainer =
            new StyleTrainer(network, loss, trace.adam(), trace.photographs(), true)) {
      assertEquals(backendName, backend.description().name(), "the engine that is tested");
      trace.initialize(network);
      for (int i = 0; i < trace.steps().size(); i++) {
        Step expected = trace.steps().get(i);
        check(expected, trainer.step(trace.photographs(i + 1), () -> {}));
        if (i == 0) {
          checkGradients(trace, network);
        }
      }
      checkState(trace, network);
    }
    LOG.log(
        Level.INFO,
        "%s, style trace %s: losses within %.1e of PyTorch's, gradients %.1e, weights %.1e"
            .formatted(backendName, name, largestOfLosses, largestOfGradients, largestOfWeights));
  }

  private void check(Step expected, StepResult actual) {
    String step = "step " + actual.step() + ", ";
    loss(step + "content", expected.content(), actual.content());
    loss(step + "style", expected.style(), actual.style());
    loss(step + "tv", expected.tv(), actual.tv());
    loss(step + "total", expected.total(), actual.total());
  }

  private void loss(String what, double expected, double actual) {
    double difference = within(what, expected, actual, tolerances.losses * expected);
    largestOfLosses = Math.max(largestOfLosses, difference / expected);
  }

  private void checkGradients(StyleTrace trace, Network network) {
    Map<String, Parameter> state = network.state();
    trace
        .firstGradients()
        .forEach(
            (name, expected) -> {
              Parameter p = state.get(name);
              float[] gradient = new float[p.shape().size()];
              network.backend().read(p.gradient(), gradient);
              double scale = Arrays.stream(expected.sample()).map(Math::abs).max().orElseThrow();
              TensorEntry entry = new TensorEntry(name, p.dimensions(), gradient);
              double difference = summary(name, expected, entry, tolerances.gradients * scale);
              largestOfGradients = Math.max(largestOfGradients, difference / scale);
            });
  }

  private void checkState(StyleTrace trace, Network network) {
    Map<String, TensorEntry> state = new HashMap<>();
    StateDict.of(network).forEach(entry -> state.put(entry.name(), entry));
    trace
        .stateAfter()
        .forEach(
            (name, expected) -> {
              double scale = Math.max(1, expected.rms());
              double difference =
                  summary(name, expected, state.get(name), tolerances.weights * scale);
              largestOfWeights = Math.max(largestOfWeights, difference / scale);
            });
  }
}
