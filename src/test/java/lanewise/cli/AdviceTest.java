package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lanewise.diagnosis.Diagnosis;
import lanewise.diagnosis.Finding;
import lanewise.diagnosis.Observation;
import lanewise.diagnosis.Scores;
import lanewise.train.TaskOptions;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What a diagnosis advises can be done by this command line, for the model that it is about. */
class AdviceTest {
  private static final Pattern OPTION = Pattern.compile("--[a-z0-9-]+");

  @Test
  void everyOptionThatIsAdvisedExists() {
    assertAdvice(TrainedModel.GAN, Diagnosis.ofGan(Scores.PROBABILITIES), 6);
    assertAdvice(TrainedModel.PIX2PIX, Diagnosis.ofTranslation(Scores.PROBABILITIES), 4);
    assertAdvice(TrainedModel.CYCLEGAN, Diagnosis.ofCycle(Scores.PROBABILITIES), 8);
    assertAdvice(TrainedModel.STYLE, Diagnosis.ofStyle(), 3);
  }

  private static void assertAdvice(TrainedModel model, Diagnosis diagnosis, int symptoms) {
    Set<String> kinds = new HashSet<>();
    for (int step = 1; step <= 900; step++) {
      for (Finding finding : diagnosis.observe(at(step))) {
        kinds.add(finding.kind());
        Matcher option = OPTION.matcher(finding.advice());
        while (option.find()) {
          assertTrue(isOf(model, option.group()), option.group() + " in " + finding);
        }
      }
    }
    assertEquals(symptoms, kinds.size(), kinds.toString());
  }

  private static boolean isOf(TrainedModel model, String flag) {
    TaskOptions options = model.defaults();
    OptionSpec option = new CommandLine(new TrainCommand()).getCommandSpec().findOption(flag);
    return option != null
        && (options.has(TrainedModel.name(option))
            || (model == TrainedModel.GAN && Set.of("--lr", "--norm").contains(flag)));
  }

  /** Goes well, goes wrong in most ways, and in the end the discriminator loses. */
  private static Observation at(int step) {
    double bad = step <= 300 ? 1 : 1000;
    Map<String, Double> values = new HashMap<>();
    values.put("loss_content", bad);
    values.put("loss_style", bad);
    values.put("pixel_diversity", step <= 300 ? 0.9 : 0.01);
    values.put("modes", step <= 300 ? 8.0 : 1.0);
    for (String suffix : new String[] {"", "_a", "_b"}) {
      values.put("d_real" + suffix, step <= 300 ? 0.8 : step <= 600 ? 1 : 0.5);
      values.put("d_fake" + suffix, step <= 300 ? 0.2 : step <= 600 ? 0 : 0.5);
      values.put("grad_norm_d" + suffix, bad);
      values.put("grad_norm_g" + suffix, bad);
    }
    return new Observation(step, values);
  }
}
