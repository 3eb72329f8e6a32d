package lanewise.lab;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import lanewise.evaluate.Metric;
import lanewise.lab.CellResult.Point;
import lanewise.lab.CellResult.State;

/** Results that no training made, for the tests of what is done with them. */
final class LabFigures {
  private final Grid grid;
  private final List<CellResult> cells = new ArrayList<>();

  LabFigures(List<String> norms, int seeds) {
    grid = new Grid(norms, List.of("non-saturating"), List.of(1), seeds, 0);
  }

  /** Finished runs of a norm, whose values at the end are the same metrics' for each seed. */
  LabFigures finished(String norm, Map<Metric, List<Double>> values) {
    int seeds = values.values().iterator().next().size();
    for (int seed = 0; seed < seeds; seed++) {
      Map<Metric, Double> scores = new EnumMap<>(Metric.class);
      for (var entry : values.entrySet()) {
        scores.put(entry.getKey(), entry.getValue().get(seed));
      }
      cells.add(cell(norm, seed, State.FINISHED, "", List.of(new Point(100, scores))));
    }
    return this;
  }

  /** Finished runs of a norm: a metric of each seed over the steps. */
  @SafeVarargs
  final LabFigures trained(String norm, Metric metric, List<Double>... curves) {
    for (int seed = 0; seed < curves.length; seed++) {
      List<Point> points = new ArrayList<>();
      curves[seed].forEach(
          value -> points.add(new Point(100L * (points.size() + 1), Map.of(metric, value))));
      cells.add(cell(norm, seed, State.FINISHED, "", points));
    }
    return this;
  }

  LabFigures other(String norm, int seed, State state, String reason) {
    cells.add(cell(norm, seed, state, reason, List.of()));
    return this;
  }

  private static CellResult cell(
      String norm, int seed, State state, String reason, List<Point> curve) {
    Cell cell = new Cell(new Variant(norm, "non-saturating", 1), seed);
    long step = curve.isEmpty() ? 100 : curve.getLast().step();
    return new CellResult(cell, state, step, reason, curve, 10);
  }

  Results results() {
    Reference reference =
        new Reference("test data", "a test's", 10, 2000, Map.of(Metric.MODES, 10.0));
    List<CellResult> ordered =
        grid.cells().stream()
            .map(
                cell ->
                    cells.stream()
                        .filter(result -> result.cell().equals(cell))
                        .findFirst()
                        .orElseThrow())
            .toList();
    return new Results(grid, reference, ordered);
  }
}
