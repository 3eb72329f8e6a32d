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

  @ParameterizedTest
  @CsvSource({
    "batch, PROBABILITIES",
    "instance, PROBABILITIES",
    "layer, PROBABILITIES",
    "group, PROBABILITIES",
    "none, PROBABILITIES",
    "r1, PROBABILITIES",
    "least-squares, TARGETS",
    "wgan-gp, UNBOUNDED",
    "ring-8, PROBABILITIES",
    "one-latent, PROBABILITIES",
    "batch-lr-2e-2, PROBABILITIES",
    "instance-lr-2e-2, PROBABILITIES"
  })
  void anOrdinaryRunRaisesNoAlarm(String run, Scores scores) throws IOException {
    assertEquals(List.of(), replay(run, scores));
  }

  @ParameterizedTest
  @CsvSource({"edges, PROBABILITIES", "edges-lsgan, TARGETS", "edges-wgangp, UNBOUNDED"})
  void neitherDoesOneOfPairsOfPictures(String run, Scores scores) throws IOException {
    assertEquals(List.of(), replay(run, Diagnosis.ofTranslation(scores)));
  }

  /** The images become one after 150 steps in which they did not look bad. */
  @Test
  void aRateThatIsFiftyTimesTooHighWithoutNorms() throws IOException {
    assertEquals(List.of("220 collapse"), replay("none-lr-1e-2"));
  }

  /** Dead units first, then sudden growth, which calms down again. */
  @Test
  void aRateThatIsAHundredTimesTooHighWithoutNorms() throws IOException {
    assertEquals(
        List.of(
            "120 collapse",
            "190 collapse is over",
            "200 exploding-gradients-discriminator",
            "200 exploding-gradients-generator",
            "280 exploding-gradients-discriminator is over"),
        replay("none-lr-2e-2"));
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
    return replay(run, Scores.PROBABILITIES);
  }

  private static List<String> replay(String run, Scores scores) throws IOException {
    return replay(run, Diagnosis.ofGan(scores));
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
