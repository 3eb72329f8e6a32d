package lanewise.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import lanewise.evaluate.Metric;
import lanewise.lab.CellResult.State;
import org.junit.jupiter.api.Test;

class FindingsTest {
  private static Map<String, String> findings(Results results) {
    return Findings.of(results).stream().collect(Collectors.toMap(Finding::topic, Finding::text));
  }

  private static String about(Metric metric, Results results) {
    return findings(results).get("%s (%s)".formatted(metric.label(), metric.best()));
  }

  private static Map<Metric, List<Double>> of(Metric metric, Double... values) {
    return Map.of(metric, List.of(values));
  }

  @Test
  void aClearWinnerIsCalledSo() {
    Results results =
        new LabFigures(List.of("batch", "instance", "none"), 3)
            .finished("batch", of(Metric.FRECHET, 30.0, 31.0, 32.0))
            .finished("instance", of(Metric.FRECHET, 20.0, 21.0, 22.0))
            .finished("none", of(Metric.FRECHET, 21.0, 22.0, 23.0))
            .results();
    assertEquals(
        "instance is best with 21.0 ± 1.0. Within the seeds' spread of it: none (22.0 ± 1.0)."
            + " Worse beyond the spread: batch (31.0 ± 1.0).",
        about(Metric.FRECHET, results));
    assertEquals(
        "By 1 metric one variant is better than all others: instance by 1.",
        findings(results).get("In short"));
  }

  @Test
  void theConclusionFollowsTheFigures() {
    Results results =
        new LabFigures(List.of("batch", "instance"), 3)
            .finished("batch", of(Metric.PRECISION, 0.9, 0.91, 0.92))
            .finished("instance", of(Metric.PRECISION, 0.5, 0.51, 0.52))
            .results();
    assertTrue(about(Metric.PRECISION, results).startsWith("batch is best with 0.910 ± 0.010."));
    Results swapped =
        new LabFigures(List.of("batch", "instance"), 3)
            .finished("instance", of(Metric.PRECISION, 0.9, 0.91, 0.92))
            .finished("batch", of(Metric.PRECISION, 0.5, 0.51, 0.52))
            .results();
    assertTrue(about(Metric.PRECISION, swapped).startsWith("instance is best"));
    assertEquals(
        "By 1 metric one variant is better than all others: instance by 1, 1 of them beyond"
            + " the seeds' spread.",
        findings(swapped).get("In short"));
  }

  @Test
  void theBestDensityIsTheNearestToOne() {
    Results results =
        new LabFigures(List.of("batch", "instance"), 2)
            .finished("batch", of(Metric.DENSITY, 1.6, 1.61))
            .finished("instance", of(Metric.DENSITY, 0.9, 0.91))
            .results();
    assertTrue(about(Metric.DENSITY, results).startsWith("instance is best"));
  }

  @Test
  void oneSeedIsNoEvidence() {
    Results results =
        new LabFigures(List.of("batch", "instance"), 1)
            .finished("batch", of(Metric.FRECHET, 20.0))
            .finished("instance", of(Metric.FRECHET, 200.0))
            .results();
    assertTrue(
        about(Metric.FRECHET, results)
            .contains("of the seeds' spread too little is known: instance (200)."));
  }

  @Test
  void equalIsEqual() {
    Results results =
        new LabFigures(List.of("batch", "instance"), 2)
            .finished("batch", of(Metric.MODES, 10.0, 10.0))
            .finished("instance", of(Metric.MODES, 10.0, 10.0))
            .results();
    assertEquals("modes captured (10 ± 0).", findings(results).get("The same for all"));
  }

  @Test
  void equallyGoodIsNotBest() {
    Results results =
        new LabFigures(List.of("batch", "instance", "none"), 2)
            .finished("batch", of(Metric.MODES, 10.0, 10.0))
            .finished("instance", of(Metric.MODES, 10.0, 10.0))
            .finished("none", of(Metric.MODES, 4.0, 5.0))
            .results();
    assertTrue(
        about(Metric.MODES, results)
            .startsWith("Equally good: batch (10 ± 0), instance (10 ± 0). Within the seeds'"));
    assertNull(findings(results).get("In short"));
  }

  @Test
  void collapsedTrainingsAreNamed() {
    Results results =
        new LabFigures(List.of("batch", "instance"), 2)
            .finished(
                "batch",
                Map.of(Metric.MODES, List.of(3.0, 9.0), Metric.DIVERSITY, List.of(0.2, 0.8)))
            .finished(
                "instance",
                Map.of(Metric.MODES, List.of(9.0, 10.0), Metric.DIVERSITY, List.of(0.9, 0.95)))
            .results();
    String text = findings(results).get("Mode collapse");
    assertTrue(
        text.startsWith(
            "Ended collapsed: batch in 1 of 2 (modes captured 3, diversity of a batch 0.200)"));
    assertFalse(text.contains("instance"), text);
  }

  @Test
  void whatIsNotVariedYetHasNotCollapsed() {
    Results results =
        new LabFigures(List.of("batch", "instance"), 2)
            .trained("batch", Metric.DIVERSITY, List.of(0.1, 0.9, 0.3), List.of(0.1, 0.9, 0.8))
            .trained("instance", Metric.DIVERSITY, List.of(0.1, 0.3, 0.4), List.of(0.2, 0.4, 0.3))
            .results();
    String collapsed = findings(results).get("Mode collapse");
    assertTrue(
        collapsed.startsWith("Ended collapsed: batch in 1 of 2 (diversity of a batch 0.300). That"),
        collapsed);
    String alike = findings(results).get("Little diversity");
    assertTrue(
        alike.endsWith(": instance in 2 of 2 (diversity of a batch 0.300 to 0.400)."), alike);
  }

  @Test
  void modesThatStillGrowInNumberAreNotCollapsed() {
    Results results =
        new LabFigures(List.of("batch", "instance"), 2)
            .trained(
                "batch", Metric.MODES, List.of(1.0, 2.0, 3.0, 3.0), List.of(1.0, 3.0, 4.0, 3.0))
            .trained("instance", Metric.MODES, List.of(1.0, 9.0), List.of(9.0, 2.0))
            .results();
    String collapsed = findings(results).get("Mode collapse");
    assertTrue(
        collapsed.startsWith(
            "Ended collapsed: batch in 1 of 2 (modes captured 3); instance in 1 of 2 (modes"
                + " captured 2)."),
        collapsed);
    String alike = findings(results).get("Little diversity");
    assertTrue(alike.endsWith(": batch in 1 of 2 (modes captured 3)."), alike);
  }

  @Test
  void noCollapseIsSaidToo() {
    Results results =
        new LabFigures(List.of("batch"), 1).finished("batch", of(Metric.DIVERSITY, 0.8)).results();
    assertTrue(findings(results).get("Mode collapse").startsWith("No training ended collapsed"));
  }

  @Test
  void dependenceIsMeasuredOrExactlyZero() {
    Results results =
        new LabFigures(List.of("batch", "instance"), 2)
            .finished(
                "batch",
                Map.of(
                    Metric.DEPENDENCE,
                    List.of(0.3, 0.4),
                    Metric.DIVERSITY,
                    List.of(0.8, 0.8),
                    Metric.TRAINING_DIVERSITY,
                    List.of(0.7, 0.7)))
            .finished("instance", of(Metric.DEPENDENCE, 0.0, 0.0))
            .results();
    assertTrue(
        findings(results)
            .get("Dependence of a sample on its batch")
            .startsWith("Measured: batch (0.350 ± 0.071). Exactly 0: instance."));
    assertTrue(findings(results).get("Batches of batch").contains("0.700 ± 0 of the real"));
  }

  @Test
  void failuresAreReportedAndLeftOut() {
    Results results =
        new LabFigures(List.of("batch", "none"), 1)
            .finished("batch", of(Metric.FRECHET, 20.0))
            .other("none", 0, State.FAILED, "the generator loss is NaN")
            .results();
    assertEquals(
        "failed at step 101: the generator loss is NaN", findings(results).get("none-seed0"));
    assertEquals(
        "batch (20); there is nothing to compare it with. Trainings failed: none (1 of 1).",
        about(Metric.FRECHET, results));
    assertTrue(findings(results).get("Trainings").startsWith("2 are planned:"));
  }

  @Test
  void whatHasNoFiniteValueIsNoted() {
    Results results =
        new LabFigures(List.of("batch", "none"), 1)
            .finished("batch", of(Metric.REVERSE_KL, 0.5))
            .finished("none", of(Metric.MODES, 0.0))
            .results();
    assertEquals(
        "batch (0.500); there is nothing to compare it with. Not finite: none.",
        about(Metric.REVERSE_KL, results));
  }

  @Test
  void refusedVariantsAreNamedOnce() {
    List<Finding> findings =
        Findings.of(
            new LabFigures(List.of("batch"), 2)
                .other("batch", 0, State.REFUSED, "no batch norm in a critic")
                .other("batch", 1, State.REFUSED, "no batch norm in a critic")
                .results());
    assertEquals(2, findings.size());
    assertEquals(
        new Finding("batch", "cannot be trained: no batch norm in a critic"), findings.get(1));
  }

  /** The seeds of a variant have its dependence in common, so they are one observation. */
  @Test
  void relationsNeedFiveVariants() {
    List<String> norms = List.of("batch", "instance", "layer", "group", "none");
    double[] dependence = {0.1, 0.2, 0.3, 0.4, 0.5};
    double[] diversity = {0.9, 0.8, 0.75, 0.6, 0.5};
    LabFigures five = new LabFigures(norms, 2);
    LabFigures four = new LabFigures(norms.subList(0, 4), 2);
    for (int i = 0; i < norms.size(); i++) {
      Map<Metric, List<Double>> both =
          Map.of(
              Metric.DEPENDENCE, List.of(dependence[i] - 0.01, dependence[i] + 0.01),
              Metric.DIVERSITY, List.of(diversity[i], diversity[i]));
      five.finished(norms.get(i), both);
      if (i < 4) {
        four.finished(norms.get(i), both);
      }
    }
    String text = findings(five.results()).get("What goes with dependence");
    assertTrue(text.contains("means of 5 variants: diversity of a batch -0.99"), text);
    assertTrue(text.contains("beyond ±0.88"), text);
    assertNull(findings(four.results()).get("What goes with dependence"));
  }

  /** Those that ended well do not stand for all. */
  @Test
  void aVariantThatFailedOnceIsNotRanked() {
    Results results =
        new LabFigures(List.of("batch", "none"), 2)
            .finished("batch", of(Metric.FRECHET, 20.0, 22.0))
            .finished("none", of(Metric.FRECHET, 1.0))
            .other("none", 1, State.FAILED, "the generator loss is NaN")
            .results();
    assertEquals(
        "batch (21.0 ± 1.4); there is nothing to compare it with. Trainings failed: none (1 of 2).",
        about(Metric.FRECHET, results));
  }

  /** LabFigures' held-out samples reach 10 modes of the 10. */
  @Test
  void collapseIsMeasuredByTheModesThatRealSamplesReach() {
    Results results =
        new LabFigures(List.of("batch"), 1).finished("batch", of(Metric.MODES, 5.0)).results();
    Reference few = new Reference("test data", "a test's", 1000, 100, Map.of(Metric.MODES, 9.0));
    Results stacked = new Results(results.grid(), few, results.cells());
    assertTrue(findings(stacked).get("Mode collapse").startsWith("No training ended collapsed"));
  }
}
