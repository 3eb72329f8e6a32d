package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import lanewise.backend.Tensor;

/**
 * Sums over any dimensions.
 *
 * <p>The two innermost axes make a matrix of which columns are summed: R x C where the channels are
 * kept, R x 1 where they are not. Partial sums of fixed runs of rows are floats, lane by lane; from
 * there on everything is added in double, in one order.
 */
final class Reduction {
  /** Columns summed at a time, where a matrix has more. */
  private static final int COLUMNS = 1024;

  /** Elements of one unit of work. */
  private static final int UNIT = 32 * 1024;

  /** Matrices below this size are added up as they are; columns would cost more than they save. */
  private static final int SMALL = 4 * Lanes.COUNT;

  private final Workers workers;
  private final float[][] sums;
  private double[] partial = {};
  private double[] totals = {};

  Reduction(Workers workers) {
    this.workers = workers;
    sums = new float[workers.threads()][0];
  }

  void sum(Tensor x, Tensor y) {
    Axes axes = Axes.of(x.shape(), y.shape());
    Plan plan = Plan.of(axes);
    grow(plan, y.shape().size());
    MemorySegment from = x.segment();
    int group = Math.max(1, UNIT / (plan.unitRows * plan.width()));
    workers.run(
        Math.ceilDiv(plan.units(), group),
        (chunk, worker) -> {
          int end = Math.min(plan.units(), (chunk + 1) * group);
          for (int unit = chunk * group; unit < end; unit++) {
            sum(plan, unit, from, sums[worker]);
          }
        });
    int size = y.shape().size();
    Arrays.fill(totals, 0, size, 0);
    for (int unit = 0; unit < plan.units(); unit++) {
      int to = axes.origin(0, plan.outerAxes, plan.outer(unit)) + plan.column(unit);
      int at = unit * plan.width();
      for (int i = 0; i < plan.columns(unit); i++) {
        totals[to + i] += partial[at + i];
      }
    }
    MemorySegment target = y.segment();
    for (int i = 0; i < size; i++) {
      target.setAtIndex(JAVA_FLOAT, i, (float) totals[i]);
    }
  }

  private void grow(Plan plan, int size) {
    if (partial.length < plan.units() * plan.width()) {
      partial = new double[plan.units() * plan.width()];
    }
    if (totals.length < size) {
      totals = new double[size];
    }
    for (int i = 0; i < sums.length; i++) {
      if (sums[i].length < plan.pattern.tableLength()) {
        sums[i] = new float[plan.pattern.tableLength()];
      }
    }
  }

  private void sum(Plan plan, int unit, MemorySegment x, float[] columnSums) {
    int rows = plan.rows(unit);
    int columns = plan.columns(unit);
    int at = unit * plan.width();
    int start = plan.start(unit);
    Arrays.fill(partial, at, at + columns, 0);
    if (columns == plan.columns && rows * columns < SMALL) {
      for (int i = 0; i < rows * columns; i++) {
        partial[at + i % columns] += x.getAtIndex(JAVA_FLOAT, start + i);
      }
      return;
    }
    int length = (rows - 1) * plan.columns + columns;
    if (plan.columns == plan.width()) {
      ColumnSums.sum(plan.pattern, x, start, length, columnSums);
      ColumnSums.fold(plan.pattern, columnSums, 0, length, partial, at);
    } else {
      Arrays.fill(columnSums, 0, columns, 0);
      ColumnSums.sum(x, start, rows, plan.columns, columns, columnSums);
      for (int i = 0; i < columns; i++) {
        partial[at + i] = columnSums[i];
      }
    }
  }

  /**
   * How a tensor is cut: into matrices, those into runs of rows, and those into runs of columns.
   *
   * @param outerAxes axes that number the matrices
   * @param matrices of {@code rows} x {@code columns} elements
   * @param unitRows rows of a unit; the last one of a matrix may have fewer
   */
  private record Plan(
      int outerAxes, int matrices, int rows, int columns, int unitRows, ChannelPattern pattern) {

    static Plan of(Axes axes) {
      int last = axes.count() - 1;
      boolean kept = !axes.repeats(0, last);
      int outerAxes = kept ? Math.max(0, last - 1) : last;
      int columns = kept ? axes.size(last) : 1;
      int rows = axes.product(outerAxes, axes.count()) / columns;
      ChannelPattern pattern = ChannelPattern.of(Math.min(columns, COLUMNS));
      int unitRows = Math.min(rows, pattern.pixels(UNIT));
      return new Plan(outerAxes, axes.product(0, outerAxes), rows, columns, unitRows, pattern);
    }

    /** Columns of a unit, but for the last ones. */
    int width() {
      return pattern.channels();
    }

    int runsOfRows() {
      return Math.ceilDiv(rows, unitRows);
    }

    int runsOfColumns() {
      return Math.ceilDiv(columns, width());
    }

    int units() {
      return matrices * runsOfRows() * runsOfColumns();
    }

    int outer(int unit) {
      return unit / (runsOfRows() * runsOfColumns());
    }

    int row(int unit) {
      return unit / runsOfColumns() % runsOfRows() * unitRows;
    }

    int rows(int unit) {
      return Math.min(unitRows, rows - row(unit));
    }

    int column(int unit) {
      return unit % runsOfColumns() * width();
    }

    int columns(int unit) {
      return Math.min(width(), columns - column(unit));
    }

    /** Where a unit starts, in elements. */
    int start(int unit) {
      return (outer(unit) * rows + row(unit)) * columns + column(unit);
    }
  }
}
