package lanewise.lab;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lanewise.evaluate.Metric;

/**
 * What a training of a lab has come to.
 *
 * @param step the last one that is done
 * @param reason why it was refused or failed; empty if it was not
 * @param curve what was measured while it was training, in the order of the steps
 * @param seconds that its steps took
 */
public record CellResult(
    Cell cell, State state, long step, String reason, List<Point> curve, double seconds) {

  /** How far a training is. */
  public enum State {
    /** It has not begun. */
    WAITING,
    /** It has begun and not ended. */
    STARTED,
    FINISHED,
    /** Its numbers stopped being numbers. */
    FAILED,
    /** Its options make no sense together. */
    REFUSED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Measured values of one step. */
  public record Point(long step, Map<Metric, Double> values) {
    public Point {
      values = Collections.unmodifiableMap(values.isEmpty() ? Map.of() : new EnumMap<>(values));
    }
  }

  public CellResult {
    curve = List.copyOf(curve);
  }

  /** What was measured at the end; empty if the end was not reached. */
  public Map<Metric, Double> scores() {
    return state == State.FINISHED && !curve.isEmpty() ? curve.getLast().values() : Map.of();
  }
}
