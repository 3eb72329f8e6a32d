package lanewise.diagnosis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found in real trainings: their figures, made by {@code record.sh}. */
class RecordedRunsTest {
  private static final Map<String, Scores> SCORES =
      Map.of(
          "probabilities",
          Scores.PROBABILITIES,
          "targets",
          Scores.TARGETS,
          "unbounded",
          Scores.UNBOUNDED);

  @ParameterizedTest
  @CsvSource({
    "batch, probabilities",
    "instance, probabilities",
    "layer, probabilities",
    "group, probabilities",
    "none-lr-1e-2, probabilities",
    "r1, probabilities",
    "least-squares, targets",
    "wgan-gp, unbounded",
    "ring-8, probabilities",
    "one-latent, probabilities",
    "batch-lr-2e-2, probabilities",
    "instance-lr-2e-2, probabilities"
  })
  void anOrdinaryRunRaisesNoAlarm(String run, String scores) throws IOException {
    assertEquals(List.of(), replay(run, Diagnosis.ofGan(SCORES.get(scores))));
  }

  @ParameterizedTest
  @CsvSource({"edges, probabilities", "edges-lsgan, targets", "edges-wgangp, unbounded"})
  void neitherDoesOneOfPairsOfPictures(String run, String scores) throws IOException {
    assertEquals(List.of(), replay(run, Diagnosis.ofTranslation(SCORES.get(scores))));
  }

  /** Without norms the first images vary most, and nearly agree before they get better. */
  @Test
  void anOrdinaryRunWithoutNormsCollapsesForAWhile() throws IOException {
    assertEquals(List.of("300 collapse", "380 collapse is over"), replay("none"));
  }

  @Test
  void aRateThatIsAHundredTimesTooHighWithoutNorms() throws IOException {
    assertEquals(List.of("232 discriminator-wins", "300 collapse"), replay("none-lr-2e-2"));
  }

  @Test
  void aGeneratorOfTwoChannelsAgainstADiscriminatorOf64() throws IOException {
    assertEquals(List.of("100 discriminator-wins"), replay("narrow-generator"));
  }

  @Test
  void aDiscriminatorOfOneChannelAgainstAGeneratorOf32() throws IOException {
    assertEquals(List.of("200 discriminator-loses"), replay("narrow-discriminator"));
  }

  /** The generator's gradients fall to a hundredth with the discriminator's success. */
  @Test
  void theSaturatingObjective() throws IOException {
    assertEquals(List.of("177 discriminator-wins"), replay("minimax"));
  }

  private static List<String> replay(String run) throws IOException {
    return replay(run, Diagnosis.ofGan(Scores.PROBABILITIES));
  }

  private static List<String> replay(String run, Diagnosis diagnosis) throws IOException {
    List<String> lines = lines(run);
    String[] names = lines.getFirst().split(",");
    List<String> found = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      for (Finding finding : diagnosis.observe(observation(names, line.split(",", -1)))) {
        found.add(finding.step() + " " + finding.kind() + (finding.isOver() ? " is over" : ""));
      }
    }
    return found;
  }

  private static List<String> lines(String run) throws IOException {
    try (InputStream csv = RecordedRunsTest.class.getResourceAsStream(run + ".csv")) {
      return new String(csv.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static Observation observation(String[] names, String[] fields) {
    Map<String, Double> line = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      if (!fields[i].isEmpty()) {
        line.put(names[i], Double.valueOf(fields[i]));
      }
    }
    return Observation.of(line);
  }
}
