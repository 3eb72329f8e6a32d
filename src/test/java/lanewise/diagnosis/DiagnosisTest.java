package lanewise.diagnosis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/** What made-up series of figures are found to be. */
class DiagnosisTest {
  /** Steps between two measurements of what is not measured in every step. */
  private static final int INTERVAL = 10;

  /** A training that goes well. */
  private static final Figures WELL = new Figures(0.8, 0.2, 20, 10, 0.6, 8);

  private record Figures(
      double dReal,
      double dFake,
      double gradNormD,
      double gradNormG,
      double diversity,
      double modes) {

    Figures scores(double dReal, double dFake) {
      return new Figures(dReal, dFake, gradNormD, gradNormG, diversity, modes);
    }

    Figures gradNorms(double ofD, double ofG) {
      return new Figures(dReal, dFake, ofD, ofG, diversity, modes);
    }

    Figures diversity(double value) {
      return new Figures(dReal, dFake, gradNormD, gradNormG, value, modes);
    }

    Figures modes(double value) {
      return new Figures(dReal, dFake, gradNormD, gradNormG, diversity, value);
    }

    Observation at(long step) {
      Map<String, Double> values =
          new HashMap<>(Map.of(Observation.D_REAL, dReal, Observation.D_FAKE, dFake));
      if (step % INTERVAL == 0) {
        values.put(Observation.GRAD_NORM_D, gradNormD);
        values.put(Observation.GRAD_NORM_G, gradNormG);
        values.put(Observation.DIVERSITY, diversity);
        values.put(Observation.MODES, modes);
      }
      return new Observation(step, values);
    }
  }

  private final Diagnosis diagnosis = Diagnosis.ofGan(Scores.PROBABILITIES);
  private final List<Finding> findings = new ArrayList<>();
  private long step;

  private void train(int steps, LongFunction<Figures> figures) {
    train(diagnosis, steps, figures);
  }

  private void train(Diagnosis diagnosis, int steps, LongFunction<Figures> figures) {
    for (int i = 0; i < steps; i++) {
      step++;
      findings.addAll(diagnosis.observe(figures.apply(step).at(step)));
    }
  }

  private void assertFound(String... kinds) {
    assertEquals(List.of(kinds), findings.stream().map(Finding::kind).toList());
  }

  @Test
  void nothingIsFoundWhereNothingIsWrong() {
    train(2000, _ -> WELL);
    assertFound();
    assertTrue(diagnosis.standing().isEmpty());
  }

  @Test
  void aCollapseIsReportedOnceWithItsFiguresAndAdvice() {
    train(500, _ -> WELL);
    train(1000, _ -> WELL.diversity(0.02));
    assertFound("collapse");
    Finding collapse = findings.getFirst();
    assertTrue(collapse.step() > 500 && collapse.step() <= 600, collapse.toString());
    assertTrue(collapse.message().contains("60 %"), collapse.message());
    assertTrue(collapse.advice().contains("--pack"), collapse.advice());
    assertEquals(findings, diagnosis.standing());
  }

  @Test
  void whatGetsBetterIsReportedOnceToo() {
    train(300, _ -> WELL);
    train(300, _ -> WELL.diversity(0.02));
    train(300, _ -> WELL);
    assertFound("collapse", "collapse");
    assertFalse(findings.get(0).isOver());
    assertTrue(findings.get(1).isOver());
    assertTrue(diagnosis.standing().isEmpty());
  }

  @Test
  void aFigureThatHoversAtAThresholdIsNoSeriesOfFindings() {
    train(500, _ -> WELL);
    train(3000, step -> WELL.diversity(step / 200 % 2 == 0 ? 0.25 : 0.32));
    assertFound("collapse");
  }

  @Test
  void fewerVariedImagesThanBeforeAreNoCollapseAsLongAsTheyAreMany() {
    train(500, _ -> WELL.diversity(1.2));
    train(500, _ -> WELL.diversity(0.4));
    assertFound();
  }

  @Test
  void aGeneratorThatNeverMakesMoreThanOneImageIsNoticedLate() {
    train(500, _ -> WELL.diversity(1e-4));
    assertFound();
    train(500, _ -> WELL.diversity(1e-4));
    assertFound("collapse");
    assertTrue(findings.getFirst().message().contains("stay alike"));
  }

  @Test
  void littleDiversityThatStaysIsNoticedLater() {
    train(1100, _ -> WELL.diversity(0.05));
    assertFound();
    train(900, _ -> WELL.diversity(0.05));
    assertFound("collapse");
    train(300, _ -> WELL.diversity(0.3));
    assertFound("collapse", "collapse");
    assertTrue(findings.getLast().isOver());
  }

  @Test
  void littleDiversityThatGrowsIsABeginning() {
    train(1500, step -> WELL.diversity(1e-5 * Math.exp(step / 200.0)));
    assertFound();
  }

  @Test
  void aDiscriminatorThatWinsForAHundredStepsIsReported() {
    train(200, _ -> WELL);
    train(90, _ -> WELL.scores(0.999, 0.001));
    assertFound();
    train(60, _ -> WELL.scores(0.999, 0.001));
    assertFound("discriminator-wins");
    train(100, _ -> WELL);
    assertFound("discriminator-wins", "discriminator-wins");
  }

  @Test
  void stepsThatTheDiscriminatorWinsAreOrdinary() {
    train(2000, step -> step % 3 == 0 ? WELL : WELL.scores(0.999, 0.001));
    assertFound();
  }

  @Test
  void whoIsTaughtNineTenthsWinsWithThem() {
    train(Diagnosis.ofGan(Scores.PROBABILITIES.smoothed(0.1)), 500, _ -> WELL.scores(0.85, 0.001));
    assertFound();
    train(Diagnosis.ofGan(Scores.PROBABILITIES.smoothed(0.1)), 500, _ -> WELL.scores(0.89, 0.001));
    assertFound("discriminator-wins");
  }

  @Test
  void aCriticIsMeantToWin() {
    train(Diagnosis.ofGan(Scores.UNBOUNDED), 500, _ -> WELL.scores(40, -35));
    assertFound();
  }

  @Test
  void scoresBeyondBothMarginsAreAVictoryUnderHinge() {
    train(Diagnosis.ofGan(Scores.MARGINS), 500, _ -> WELL.scores(0.9, -0.9));
    assertFound();
    train(Diagnosis.ofGan(Scores.MARGINS), 500, _ -> WELL.scores(1.3, -1.2));
    assertFound("discriminator-wins");
  }

  @Test
  void aDiscriminatorThatRatesFakesHigherHasLost() {
    train(250, _ -> WELL.scores(0.51, 0.52));
    assertFound("discriminator-loses");
    train(250, _ -> WELL.scores(0.52, 0.48));
    assertFound("discriminator-loses", "discriminator-loses");
  }

  @Test
  void oneThatDoesNotTellThemApartAtAllHasLost() {
    train(250, _ -> WELL.scores(0.5, 0.5));
    assertFound("discriminator-loses");
  }

  @Test
  void aDiscriminatorThatStaysACoinHasLost() {
    train(900, step -> step % 2 == 0 ? WELL.scores(0.5, 0.49) : WELL.scores(0.49, 0.5));
    assertFound();
    train(500, step -> step % 2 == 0 ? WELL.scores(0.5, 0.49) : WELL.scores(0.49, 0.5));
    assertFound("discriminator-loses");
  }

  @Test
  void aDiscriminatorWithAFewPercentOfAdvantageHasNotLost() {
    train(3000, step -> step % 4 == 0 ? WELL.scores(0.49, 0.5) : WELL.scores(0.51, 0.5));
    assertFound();
  }

  @Test
  void gradientsThatGrowTenfoldInFewStepsExplode() {
    train(400, _ -> WELL);
    train(100, step -> WELL.gradNorms(20 * Math.exp((step - 400) / 20.0), 10));
    assertFound("exploding-gradients-discriminator");
    assertTrue(findings.getFirst().advice().contains("--norm-d"));
  }

  @Test
  void gradientsThatReturnFromNothingDoNotExplode() {
    train(400, _ -> WELL.gradNorms(0, 10));
    train(100, _ -> WELL);
    assertFound();
  }

  @Test
  void theNetworkWhoseGradientsExplodeIsNamed() {
    train(400, _ -> WELL);
    train(100, _ -> WELL.gradNorms(20, 1e6));
    assertFound("exploding-gradients-generator");
  }

  @Test
  void singleLargeGradientsAreOrdinary() {
    train(2000, step -> step % 30 == 0 ? WELL.gradNorms(2000, 1000) : WELL);
    assertFound();
  }

  @Test
  void infiniteGradientsExplode() {
    train(400, _ -> WELL);
    train(100, _ -> WELL.gradNorms(Double.POSITIVE_INFINITY, 10));
    assertFound("exploding-gradients-discriminator");
  }

  @Test
  void gradientsThatStayWhereTheyGrewToHaveSettled() {
    train(400, _ -> WELL);
    train(400, _ -> WELL.gradNorms(1000, 10));
    assertFound("exploding-gradients-discriminator", "exploding-gradients-discriminator");
    assertTrue(findings.getLast().isOver());
  }

  @Test
  void modesThatAreLostAreReportedUntilTheyAreFoundAgain() {
    train(300, _ -> WELL);
    train(10, _ -> WELL.modes(4));
    assertFound();
    train(10, _ -> WELL.modes(4));
    assertFound("lost-modes");
    assertTrue(findings.getFirst().message().contains("4, after 8"));
    train(20, _ -> WELL);
    assertFound("lost-modes", "lost-modes");
  }

  @Test
  void eachOfTwoDiscriminatorsIsJudgedAlone() {
    Diagnosis cycle = Diagnosis.ofCycle(Scores.TARGETS);
    for (int step = 1; step <= 300; step++) {
      Map<String, Double> values = new HashMap<>();
      values.put("d_real_a", 0.6);
      values.put("d_fake_a", 0.4);
      values.put("d_real_b", 0.99);
      values.put("d_fake_b", 0.01);
      if (step % INTERVAL == 0) {
        values.put("grad_norm_g_a", step <= 250 ? 1.0 : 1000.0);
      }
      findings.addAll(cycle.observe(new Observation(step, values)));
    }
    assertFound("discriminator-wins-b", "exploding-gradients-generator-a");
    assertTrue(findings.getFirst().message().startsWith("discriminator_B wins, and generator_B "));
    assertTrue(findings.getLast().message().startsWith("the gradients of generator_A explode"));
  }

  private void learnStyle(Diagnosis diagnosis, int steps, double content, double style) {
    for (int i = 0; i < steps; i++) {
      step++;
      // Some photographs are harder than others.
      double hardness = step % 3 == 0 ? 3 : 1;
      Map<String, Double> values = Map.of("loss_content", hardness * content, "loss_style", style);
      findings.addAll(diagnosis.observe(new Observation(step, values)));
    }
  }

  @Test
  void aLossThatGrowsAgainDiverges() {
    Diagnosis style = Diagnosis.ofStyle();
    learnStyle(style, 50, 5, 20);
    learnStyle(style, 200, 4, 5);
    learnStyle(style, 50, 8, 9);
    assertFound();
    learnStyle(style, 30, 30, 9);
    assertFound("diverging-content");
    assertTrue(findings.getFirst().message().contains("over 20 steps, after 4"));
    learnStyle(style, 30, 6, 9);
    assertFound("diverging-content", "diverging-content");
    assertTrue(style.standing().isEmpty());
  }

  @Test
  void aStyleThatIsNoNearerThanInTheBeginningIsReported() {
    Diagnosis style = Diagnosis.ofStyle();
    learnStyle(style, 1, 5, 20);
    learnStyle(style, 90, 5, 30);
    assertFound();
    learnStyle(style, 500, 5, 30);
    assertFound("diverging-style");
    learnStyle(style, 30, 5, 15);
    assertFound("diverging-style", "diverging-style");
  }

  @Test
  void everyMessageIsOneLine() {
    train(400, _ -> WELL);
    train(400, _ -> new Figures(0.999, 0.001, 1e6, 1e6, 1e-6, 1));
    train(400, _ -> new Figures(0.5, 0.5, 1e6, 1e6, 0.6, 8));
    assertEquals(11, findings.size(), findings.toString());
    for (Finding finding : findings) {
      assertEquals(1, finding.message().lines().count());
      assertEquals(finding.isOver() ? 0 : 1, finding.advice().lines().count());
    }
  }
}
