package lanewise.torch;

import static lanewise.torch.TraceCheck.summary;
import static lanewise.torch.TraceCheck.within;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.io.TensorEntry;
import lanewise.nn.Network;
import lanewise.torch.DcganTrace.Summary;
import lanewise.train.StateDict;
import lanewise.train.translation.TranslationTrainer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds training steps of pix2pix and CycleGAN on one backend to PyTorch's in float64. */
abstract class TranslationTraceTest {
  private static final System.Logger LOG = System.getLogger("lanewise.torch");

  /** Scores and a critic's losses are means in which much cancels out. */
  private static final double LEAST_LOSS = 0.5;

  private final String backendName;
  private final Tolerances tolerances;
  private double largestOfLosses;
  private double largestOfGradients;
  private double largestOfWeights;

  /**
   * How near a backend comes to float64.
   *
   * @param losses relative, to {@link #LEAST_LOSS} where they are smaller
   * @param gradients of the first step, relative to the largest of the network
   * @param weights after the last step, absolute
   */
  record Tolerances(double losses, double gradients, double weights) {}

  TranslationTraceTest(String backendName, Tolerances tolerances) {
    this.backendName = backendName;
    this.tolerances = tolerances;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"pix2pix", "pix2pix-instance", "pix2pix-wgangp", "cyclegan", "cyclegan-wgangp"})
  void steps(String name) {
    TranslationTrace trace = TranslationTrace.read(name);
    try (Backend backend = Backends.open(backendName);
        TranslationTrainer trainer = trace.trainer(backend)) {
      assertEquals(backendName, backend.description().name(), "the engine that is tested");
      for (int i = 0; i < trace.steps().size(); i++) {
        checkLosses(i + 1, trace.steps().get(i), trainer.step(trace.pictures(i + 1)));
        if (i == 0) {
          trainer.networks().forEach((of, network) -> checkGradients(trace, of, network));
        }
      }
      trainer.networks().forEach((of, network) -> checkState(trace.state().get(of), network));
    }
    LOG.log(
        Level.INFO,
        "%s, %s: losses within %.1e of PyTorch's, gradients %.1e, weights %.1e"
            .formatted(backendName, name, largestOfLosses, largestOfGradients, largestOfWeights));
  }

  private void checkLosses(int step, Map<String, Double> expected, Map<String, Float> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach(
        (name, loss) -> {
          String what = "step %d, %s".formatted(step, name);
          double scale = Math.max(LEAST_LOSS, Math.abs(loss));
          double difference = within(what, loss, actual.get(name), tolerances.losses() * scale);
          largestOfLosses = Math.max(largestOfLosses, difference / scale);
        });
  }

  private void checkGradients(TranslationTrace trace, String of, Network network) {
    double scale = trace.scale(of);
    Map<String, TensorEntry> actual = TranslationTrace.gradients(network);
    trace
        .gradients()
        .get(of)
        .forEach(
            (name, expected) -> {
              double difference =
                  summary(
                      of + " " + name, expected, actual.get(name), tolerances.gradients() * scale);
              largestOfGradients = Math.max(largestOfGradients, difference / scale);
            });
  }

  private void checkState(Map<String, Summary> expected, Network network) {
    Map<String, TensorEntry> actual = new LinkedHashMap<>();
    StateDict.of(network).forEach(entry -> actual.put(entry.name(), entry));
    expected.forEach(
        (name, summary) -> {
          double difference =
              summary(network.name() + " " + name, summary, actual.get(name), tolerances.weights());
          largestOfWeights = Math.max(largestOfWeights, difference);
        });
  }
}
