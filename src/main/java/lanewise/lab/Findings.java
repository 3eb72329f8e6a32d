package lanewise.lab;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;
import lanewise.evaluate.Metric;
import lanewise.lab.CellResult.State;
import lanewise.lab.Results.Ranking;
import lanewise.lab.Results.Ranking.Place;
import lanewise.lab.Results.Ranking.Standing;

/**
 * Puts a lab's figures into words. Every sentence follows from the figures by a rule that holds for
 * any of them; where the figures do not say enough, the sentence is that they do not.
 */
public final class Findings {
  /** Less than this share of the modes, or of the real data's diversity, is little. */
  private static final double LITTLE = 0.5;

  /** Diversity below this share of the most that a run had is lost, and not only not there yet. */
  private static final double LOST = 0.7;

  /** Modes that are so many times those at half of a training are still growing in number. */
  private static final double GAINED = 1.2;

  /** What a sample's batch has to do with it is a property of a variant, not its quality. */
  private static final Set<Metric> NO_QUALITY =
      EnumSet.of(Metric.DEPENDENCE, Metric.TRAINING_DIVERSITY);

  private static final List<Metric> RELATED =
      List.of(Metric.DIVERSITY, Metric.TRAINING_DIVERSITY, Metric.MODES, Metric.FRECHET);

  private final Results results;
  private final List<Finding> findings = new ArrayList<>();

  private Findings(Results results) {
    this.results = results;
  }

  /** All that can be said of the results. */
  public static List<Finding> of(Results results) {
    Findings findings = new Findings(results);
    findings.addSummary();
    findings.addProgress();
    findings.addFailures();
    if (!results.metrics().isEmpty()) {
      findings.addCollapse();
      findings.addDependence();
      findings.addRelations();
      findings.addBest();
      findings.addHowToRead();
    }
    return List.copyOf(findings.findings);
  }

  /** Whether one value of a metric is better than another. */
  static boolean isQuality(Metric metric) {
    return !NO_QUALITY.contains(metric);
  }

  private void add(String topic, String text, Object... args) {
    findings.add(new Finding(topic, args.length == 0 ? text : text.formatted(args)));
  }

  private void addProgress() {
    long finished = results.count(State.FINISHED);
    int all = results.cells().size();
    add(
        "Trainings",
        "%s of %s with %s each on %s. %s.",
        finished == all ? "All %,d are done:".formatted(all) : "%,d are planned:".formatted(all),
        counted(results.grid().variants().size(), "variant"),
        counted(results.grid().seeds(), "seed"),
        results.reference().data(),
        finished == all
            ? "Figures are means and standard deviations over the seeds"
            : "%,d are done; what follows is of these".formatted(finished));
  }

  private static String counted(int count, String what) {
    return "%,d %s%s".formatted(count, what, count == 1 ? "" : "s");
  }

  private void addFailures() {
    for (CellResult result : results.cells()) {
      if (result.state() == State.FAILED) {
        add(result.cell().name(), "failed at step %,d: %s", result.step() + 1, result.reason());
      }
    }
    results.cells().stream()
        .filter(result -> result.state() == State.REFUSED)
        .filter(result -> result.cell().seed() == results.grid().firstSeed())
        .forEach(result -> add(label(result), "cannot be trained: %s", result.reason()));
  }

  private String label(CellResult result) {
    return label(result.cell().variant());
  }

  private String label(Variant variant) {
    return results.grid().label(variant);
  }

  /** By how many metrics each variant is best, those by the most first. */
  private void addSummary() {
    Map<Variant, List<Ranking>> won = new LinkedHashMap<>();
    List<Ranking> decided =
        results.metrics().stream()
            .filter(Findings::isQuality)
            .map(results::ranking)
            .filter(r -> standing(r, Standing.BEST).size() == 1)
            .toList();
    decided.forEach(r -> won.computeIfAbsent(r.best().variant(), _ -> new ArrayList<>()).add(r));
    if (won.isEmpty() || results.grid().variants().size() == 1) {
      return;
    }
    String text =
        won.entrySet().stream()
            .sorted(Comparator.comparingInt(entry -> -entry.getValue().size()))
            .map(entry -> "%s by %s".formatted(label(entry.getKey()), wins(entry.getValue())))
            .collect(joining("; "));
    add(
        "In short",
        "By %s one variant is better than all others: %s.",
        counted(decided.size(), "metric"),
        text);
  }

  private static String wins(List<Ranking> rankings) {
    long beyond = rankings.stream().filter(Findings::isBeyondAll).count();
    return "%,d%s"
        .formatted(
            rankings.size(),
            beyond == 0 ? "" : ", %,d of them beyond the seeds' spread".formatted(beyond));
  }

  private static boolean isBeyondAll(Ranking ranking) {
    return standing(ranking, Standing.NEAR).isEmpty()
        && standing(ranking, Standing.UNKNOWN).isEmpty();
  }

  private void addBest() {
    List<String> equal = new ArrayList<>();
    for (Metric metric : results.metrics()) {
      Ranking ranking = results.ranking(metric);
      if (isQuality(metric) && isEqual(ranking) && ranking.places().size() > 1) {
        equal.add("%s (%s)".formatted(metric.label(), ranking.best().value()));
      } else if (isQuality(metric)) {
        add("%s (%s)".formatted(metric.label(), metric.best()), ranked(ranking));
      }
    }
    if (!equal.isEmpty()) {
      add("The same for all", String.join(", ", equal) + ".");
    }
  }

  private static boolean isEqual(Ranking ranking) {
    return ranking.standing(ranking.best().variant()) == Standing.EQUAL;
  }

  private String ranked(Ranking ranking) {
    List<Place> places = ranking.places();
    Place best = places.getFirst();
    if (places.size() == 1) {
      return valued(best) + "; there is nothing to compare it with." + withoutValue(ranking);
    }
    return firsts(ranking)
        + phrase(" Within the seeds' spread of it: %s.", ranking, Standing.NEAR)
        + phrase(" Worse beyond the spread: %s.", ranking, Standing.BEYOND)
        + withoutValue(ranking)
        + phrase(
            " Worse, but of the seeds' spread too little is known: %s.", ranking, Standing.UNKNOWN);
  }

  private String withoutValue(Ranking ranking) {
    List<Variant> ranked = ranking.places().stream().map(Place::variant).toList();
    List<String> failed = new ArrayList<>();
    List<String> notFinite = new ArrayList<>();
    for (Variant variant : results.grid().variants()) {
      if (results.failed(variant) > 0) {
        failed.add(
            "%s (%,d of %,d)"
                .formatted(label(variant), results.failed(variant), results.of(variant).size()));
      } else if (!ranked.contains(variant)
          && results.of(variant).stream().anyMatch(r -> !r.scores().isEmpty())) {
        notFinite.add(label(variant));
      }
    }
    return (notFinite.isEmpty() ? "" : " Not finite: %s.".formatted(String.join(", ", notFinite)))
        + (failed.isEmpty() ? "" : " Trainings failed: %s.".formatted(String.join(", ", failed)));
  }

  private String firsts(Ranking ranking) {
    List<Place> firsts = standing(ranking, Standing.BEST);
    return firsts.size() == 1
        ? "%s is best with %s."
            .formatted(label(firsts.getFirst().variant()), firsts.getFirst().value())
        : "Equally good: %s.".formatted(list(firsts));
  }

  private String phrase(String text, Ranking ranking, Standing standing) {
    List<Place> places = standing(ranking, standing);
    return places.isEmpty() ? "" : text.formatted(list(places));
  }

  private static List<Place> standing(Ranking ranking, Standing standing) {
    return ranking.places().stream()
        .filter(place -> ranking.standing(place.variant()) == standing)
        .toList();
  }

  private String list(List<Place> places) {
    return places.stream().map(this::valued).collect(joining(", "));
  }

  private String valued(Place place) {
    return "%s (%s)".formatted(label(place.variant()), place.value());
  }

  private void addCollapse() {
    double modes = reachableModes();
    String few = "fewer than half of the %,.0f modes that real samples reach".formatted(modes);
    String rule =
        (modes > 0 ? few + " and hardly more than at half of the training, or " : "")
            + "less than half the real data's diversity after it had been much more";
    String collapsed = those(this::collapsed);
    add(
        "Mode collapse",
        collapsed.isEmpty()
            ? "No training ended collapsed, which is: %s.".formatted(rule)
            : "Ended collapsed: %s. That is: %s.".formatted(collapsed, rule));
    String alike = those(run -> !collapsed(run) && (hasFewModes(run) || hasLittleDiversity(run)));
    if (!alike.isEmpty()) {
      add(
          "Little diversity",
          "Below half the real data's%s, but near the most that the training ever had or still"
              + " growing, so that more steps may bring more: %s.",
          modes > 0 ? ", or " + few : "",
          alike);
    }
  }

  /** Of which variants how many finished runs are such, and how they ended; empty if none. */
  private String those(Predicate<CellResult> such) {
    List<String> parts = new ArrayList<>();
    for (Variant variant : results.grid().variants()) {
      List<CellResult> runs =
          results.of(variant).stream().filter(run -> run.state() == State.FINISHED).toList();
      List<CellResult> found = runs.stream().filter(such).toList();
      if (!found.isEmpty()) {
        parts.add(
            "%s in %,d of %,d (%s)"
                .formatted(label(variant), found.size(), runs.size(), ends(found)));
      }
    }
    return String.join("; ", parts);
  }

  private boolean collapsed(CellResult run) {
    return (hasFewModes(run) && !isGainingModes(run))
        || (hasLittleDiversity(run) && hasLostDiversity(run));
  }

  private boolean hasFewModes(CellResult run) {
    double modes = reachableModes();
    return run.scores().getOrDefault(Metric.MODES, modes) < LITTLE * modes;
  }

  private static boolean isGainingModes(CellResult run) {
    OptionalDouble half =
        run.curve().stream()
            .filter(point -> point.step() <= run.step() / 2)
            .mapToDouble(point -> point.values().getOrDefault(Metric.MODES, 0.0))
            .reduce((earlier, later) -> later);
    return half.isPresent() && run.scores().get(Metric.MODES) >= GAINED * half.getAsDouble();
  }

  /** As many samples cannot have all of a thousand modes. */
  private double reachableModes() {
    Reference reference = results.reference();
    return reference.heldOut().getOrDefault(Metric.MODES, 1.0 * reference.modes());
  }

  private static boolean hasLittleDiversity(CellResult run) {
    return run.scores().getOrDefault(Metric.DIVERSITY, 1.0) < LITTLE;
  }

  private static boolean hasLostDiversity(CellResult run) {
    double most =
        run.curve().stream()
            .mapToDouble(point -> point.values().getOrDefault(Metric.DIVERSITY, 0.0))
            .max()
            .orElse(0);
    return run.scores().getOrDefault(Metric.DIVERSITY, most) < LOST * most;
  }

  private static String ends(List<CellResult> runs) {
    List<String> parts = new ArrayList<>();
    for (Metric metric : List.of(Metric.MODES, Metric.DIVERSITY)) {
      DoubleSummaryStatistics values =
          runs.stream()
              .map(CellResult::scores)
              .filter(scores -> scores.containsKey(metric))
              .mapToDouble(scores -> scores.get(metric))
              .summaryStatistics();
      if (values.getCount() > 0) {
        parts.add("%s %s".formatted(metric.label(), range(values)));
      }
    }
    return String.join(", ", parts);
  }

  private static String range(DoubleSummaryStatistics values) {
    String lowest = Estimate.number(values.getMin());
    String highest = Estimate.number(values.getMax());
    return lowest.equals(highest) ? lowest : lowest + " to " + highest;
  }

  private void addDependence() {
    List<String> independent = new ArrayList<>();
    List<Place> dependent = new ArrayList<>();
    for (Place place : results.ranking(Metric.DEPENDENCE).places()) {
      if (place.value().mean() == 0) {
        independent.add(label(place.variant()));
      } else {
        dependent.addFirst(place);
      }
    }
    if (!dependent.isEmpty() || !independent.isEmpty()) {
      add(
          "Dependence of a sample on its batch",
          "%s%s How far a sample moves when all others of its batch are replaced, the distance of"
              + " two samples being 1.",
          dependent.isEmpty() ? "" : "Measured: %s. ".formatted(list(dependent)),
          independent.isEmpty() ? "" : "Exactly 0: %s.".formatted(String.join(", ", independent)));
    }
    for (Place place : dependent) {
      Map<Metric, Estimate> estimates = results.estimates(place.variant());
      if (estimates.containsKey(Metric.TRAINING_DIVERSITY)
          && estimates.containsKey(Metric.DIVERSITY)) {
        add(
            "Batches of " + label(place.variant()),
            "normalised by their own statistics, as in training, they have %s of the real data's"
                + " diversity; normalised by running averages, as samples are, %s.",
            estimates.get(Metric.TRAINING_DIVERSITY),
            estimates.get(Metric.DIVERSITY));
      }
    }
  }

  /** Of the variants' means: dependence is theirs, so their seeds are no evidence of their own. */
  private void addRelations() {
    List<Map<Metric, Estimate>> variants =
        results.grid().variants().stream().map(results::estimates).toList();
    List<String> relations = new ArrayList<>();
    double limit = 0;
    int count = 0;
    for (Metric metric : RELATED) {
      List<Map<Metric, Estimate>> both =
          variants.stream()
              .filter(e -> e.containsKey(metric) && e.containsKey(Metric.DEPENDENCE))
              .toList();
      if (both.size() >= Correlation.FEWEST) {
        Correlation correlation =
            Correlation.of(
                both.stream().map(e -> e.get(Metric.DEPENDENCE).mean()).toList(),
                both.stream().map(e -> e.get(metric).mean()).toList());
        if (!Double.isNaN(correlation.r())) {
          count = both.size();
          limit = correlation.limit();
          relations.add(String.format(Locale.ROOT, "%s %+.2f", metric.label(), correlation.r()));
        }
      }
    }
    if (!relations.isEmpty()) {
      add(
          "What goes with dependence",
          "Correlation with it over the means of %,d variants: %s. By chance alone, one in 20 is"
              + " beyond ±%.2f.",
          count,
          String.join(", ", relations),
          limit);
    }
  }

  private void addHowToRead() {
    if (results.grid().seeds() > 1) {
      add(
          "Within and beyond the spread",
          "Beyond: by Welch's t-test, seeds alone would give such a difference less than once in 20"
              + " times. Every pair is tested by itself, so of 20 differences that are none, one is"
              + " expected to look like one%s.",
          results.grid().seeds() == 2 ? "; two seeds find only very large differences" : "");
    }
  }
}
