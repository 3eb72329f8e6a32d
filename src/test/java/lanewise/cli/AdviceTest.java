package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lanewise.diagnosis.Diagnosis;
import lanewise.diagnosis.Finding;
import lanewise.diagnosis.Observation;
import lanewise.diagnosis.Scores;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What a diagnosis advises can be done by this command line. */
class AdviceTest {
  private static final Pattern OPTION = Pattern.compile("--[a-z0-9-]+");

  @Test
  void everyOptionThatIsAdvisedExists() {
    Set<String> options =
        new CommandLine(new TrainCommand()).getCommandSpec().optionsMap().keySet();
    Set<String> kinds = new HashSet<>();
    Diagnosis diagnosis = new Diagnosis(Scores.PROBABILITIES);
    for (int step = 1; step <= 900; step++) {
      for (Finding finding : diagnosis.observe(at(step))) {
        kinds.add(finding.kind());
        Matcher option = OPTION.matcher(finding.advice());
        while (option.find()) {
          assertTrue(options.contains(option.group()), option.group() + " in " + finding);
        }
      }
    }
    assertEquals(6, kinds.size(), kinds.toString());
  }

  /** Goes well, goes wrong in most ways, and in the end the discriminator loses. */
  private static Observation at(int step) {
    return step <= 300
        ? new Observation(step, 0.8, 0.2, 1, 1, 0.9, 8)
        : step <= 600
            ? new Observation(step, 1, 0, 100, 100, 0.01, 1)
            : new Observation(step, 0.5, 0.5, 100, 100, 0.01, 1);
  }
}
