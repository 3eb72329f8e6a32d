package lanewise.lab;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import lanewise.evaluate.Metric;
import lanewise.lab.CellResult.Point;
import lanewise.lab.CellResult.State;

/** All that a lab has measured, in the order of {@link Grid#cells}. */
public record Results(Grid grid, Reference reference, List<CellResult> cells) {
  public Results {
    cells = List.copyOf(cells);
  }

  /**
   * One line of a band: a metric of a variant at a step.
   *
   * @param lowest of the seeds
   */
  public record Band(long step, double mean, double lowest, double highest) {}

  /**
   * Variants by one metric, the best first.
   *
   * @param places of the variants that have a value
   */
  public record Ranking(Metric metric, List<Place> places) {
    /**
     * A variant's place.
     *
     * @param badness of {@link Metric#badness}, by which they are ranked
     */
    public record Place(Variant variant, Estimate value, Estimate badness) {}

    /** How a variant stands to the best one. */
    public enum Standing {
      /** As good as any; several may be. */
      BEST,
      /** Worse, but the seeds alone could have made that difference. */
      NEAR,
      /** Worse beyond the seeds' spread. */
      BEYOND,
      /** Worse, and of the spread of one of both nothing is known, as of one seed alone. */
      UNKNOWN,
      /** There is no best one, as nothing differs. */
      EQUAL;

      @Override
      public String toString() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    Place best() {
      return places.getFirst();
    }

    /**
     * How a variant stands to the best one.
     *
     * @throws java.util.NoSuchElementException if it has no value
     */
    public Standing standing(Variant variant) {
      Place place =
          places.stream().filter(p -> p.variant().equals(variant)).findFirst().orElseThrow();
      if (best().badness().mean() == places.getLast().badness().mean()) {
        return Standing.EQUAL;
      } else if (place.badness().mean() == best().badness().mean()) {
        return Standing.BEST;
      }
      WelchTest test = WelchTest.of(place.badness(), best().badness());
      return Double.isNaN(test.limit())
          ? Standing.UNKNOWN
          : test.exceedsSpread() ? Standing.BEYOND : Standing.NEAR;
    }
  }

  /** The runs of a variant, one for each seed. */
  public List<CellResult> of(Variant variant) {
    return cells.stream().filter(result -> result.cell().variant().equals(variant)).toList();
  }

  /** How many of a variant's trainings have failed. */
  long failed(Variant variant) {
    return of(variant).stream().filter(result -> result.state() == State.FAILED).count();
  }

  /** How many are in a state. */
  public long count(State state) {
    return cells.stream().filter(result -> result.state() == state).count();
  }

  /** What was measured at the end of any run, in the order of {@link Metric}. */
  public Set<Metric> metrics() {
    Set<Metric> metrics = EnumSet.noneOf(Metric.class);
    cells.forEach(result -> metrics.addAll(result.scores().keySet()));
    return metrics;
  }

  /** What was measured in any run at all, in the order of {@link Metric}. */
  public Set<Metric> measured() {
    Set<Metric> metrics = EnumSet.noneOf(Metric.class);
    for (CellResult result : cells) {
      result.curve().forEach(point -> metrics.addAll(point.values().keySet()));
    }
    return metrics;
  }

  /**
   * The values of a metric at the end of the finished runs of a variant, in the seeds' order; none
   * if any of them has no finite value or a run has failed, as the others would say too much good.
   */
  public List<Double> values(Variant variant, Metric metric) {
    List<CellResult> finished =
        of(variant).stream().filter(result -> result.state() == State.FINISHED).toList();
    boolean all =
        failed(variant) == 0
            && finished.stream().allMatch(result -> result.scores().containsKey(metric));
    return all ? finished.stream().map(result -> result.scores().get(metric)).toList() : List.of();
  }

  /** Means and deviations over the seeds, for what was measured. */
  public Map<Metric, Estimate> estimates(Variant variant) {
    Map<Metric, Estimate> estimates = new EnumMap<>(Metric.class);
    for (Metric metric : metrics()) {
      List<Double> values = values(variant, metric);
      if (!values.isEmpty()) {
        estimates.put(metric, Estimate.of(values));
      }
    }
    return estimates;
  }

  /** The variants by a metric at the end; without those that no run of which has finished. */
  public Ranking ranking(Metric metric) {
    List<Ranking.Place> places = new ArrayList<>();
    for (Variant variant : grid.variants()) {
      List<Double> values = values(variant, metric);
      if (!values.isEmpty()) {
        List<Double> badness = values.stream().map(metric::badness).toList();
        places.add(new Ranking.Place(variant, Estimate.of(values), Estimate.of(badness)));
      }
    }
    places.sort(Comparator.comparingDouble(place -> place.badness().mean()));
    return new Ranking(metric, List.copyOf(places));
  }

  /** A metric of a variant over its steps, wherever all runs that have begun were measured. */
  public List<Band> band(Variant variant, Metric metric) {
    List<List<Point>> curves =
        of(variant).stream().map(CellResult::curve).filter(curve -> !curve.isEmpty()).toList();
    Set<Long> steps = new TreeSet<>();
    curves.forEach(curve -> curve.forEach(point -> steps.add(point.step())));
    List<Band> band = new ArrayList<>();
    for (long step : steps) {
      List<Double> values =
          curves.stream()
              .flatMap(Collection::stream)
              .filter(point -> point.step() == step && point.values().containsKey(metric))
              .map(point -> point.values().get(metric))
              .toList();
      if (values.size() == curves.size()) {
        double mean = values.stream().mapToDouble(x -> x).average().orElseThrow();
        double lowest = values.stream().mapToDouble(x -> x).min().orElseThrow();
        double highest = values.stream().mapToDouble(x -> x).max().orElseThrow();
        band.add(new Band(step, mean, lowest, highest));
      }
    }
    return band;
  }
}
