package lanewise.metrics;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** The numbers of NumPy and SciPy, and the points that they are of (make_reference.py). */
final class Reference {
  private Reference() {}

  private static Map<String, Object> file() {
    try (InputStream in = Reference.class.getResourceAsStream("/lanewise/numpy/metrics.json")) {
      return JSON.std.mapFrom(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Two sets of points with what was computed of them. */
  record Case(String name, Features first, Features second, Map<?, ?> expected) {
    double number(String key) {
      return ((Number) expected.get(key)).doubleValue();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> cases(String metric) {
    return ((List<?>) file().get(metric)).stream().map(c -> ofCase((Map<?, ?>) c)).toList();
  }

  private static Case ofCase(Map<?, ?> json) {
    return new Case(
        (String) json.get("name"), points(json.get("first")), points(json.get("second")), json);
  }

  private static Features points(Object arguments) {
    double[] a =
        ((List<?>) arguments).stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray();
    return points((long) a[0], (int) a[1], (int) a[2], (float) a[3], (float) a[4]);
  }

  static Map<?, ?> map(String key) {
    return (Map<?, ?>) file().get(key);
  }

  static double number(String key) {
    return ((Number) file().get(key)).doubleValue();
  }

  /** {@code features} of make_reference.py. */
  static Features points(long seed, int count, int dimensions, float scale, float shift) {
    float[] u = uniform(seed, count, dimensions).values();
    float[] points = new float[u.length];
    for (int i = 0; i < u.length; i++) {
      points[i] = (u[i] * scale + shift) + u[i - i % dimensions];
    }
    return new Features(points, dimensions);
  }

  /** {@code uniform} of make_reference.py. */
  static Features uniform(long seed, int count, int dimensions) {
    float[] u = new float[count * dimensions];
    for (int i = 0; i < u.length; i++) {
      long z = seed + 0x9E3779B97F4A7C15L * (i + 1);
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
      u[i] = (z >>> 40) / (float) (1 << 23) - 1;
    }
    return new Features(u, dimensions);
  }
}
