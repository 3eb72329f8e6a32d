package lanewise.diagnosis;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one step of a training measured.
 *
 * @param step counted from 1
 * @param values by the names of {@code metrics.jsonl}
 */
public record Observation(long step, Map<String, Double> values) {
  /** What the discriminator said of real images, on average, as {@link Scores} says. */
  public static final String D_REAL = "d_real";

  /** The same for fake images. */
  public static final String D_FAKE = "d_fake";

  /** Euclidean norm of the discriminator's gradients. */
  public static final String GRAD_NORM_D = "grad_norm_d";

  /** The same for the generator. */
  public static final String GRAD_NORM_G = "grad_norm_g";

  /**
   * Mean squared distance between two samples of the fake batch, divided by that of the real batch:
   * 0 for copies of one image, 1 for as much variety as the data has.
   */
  public static final String DIVERSITY = "pixel_diversity";

  /** How many modes of the data the generator reaches. */
  public static final String MODES = "modes";

  /**
   * A line of {@code metrics.jsonl}; its numbers become floats, which are the same before it was
   * written and after it was read.
   */
  public static Observation of(Map<String, ?> line) {
    Map<String, Double> values = new LinkedHashMap<>();
    line.forEach(
        (name, value) -> {
          if (value instanceof Number number) {
            values.put(name, (double) number.floatValue());
          }
        });
    return new Observation(((Number) line.get("step")).longValue(), values);
  }

  /** {@code NaN} if it was not measured. */
  double value(String name) {
    return values.getOrDefault(name, Double.NaN);
  }
}
