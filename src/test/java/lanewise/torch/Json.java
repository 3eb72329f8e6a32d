package lanewise.torch;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The reference files, and the types that their values have. */
final class Json {
  private Json() {}

  static Object read(String file) {
    try (InputStream in = Json.class.getResourceAsStream(file)) {
      return JSON.std.anyFrom(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static <T> Map<String, T> mapped(Object json, Function<Object, T> value) {
    Map<String, T> map = new LinkedHashMap<>();
    ((Map<?, ?>) json).forEach((k, v) -> map.put((String) k, value.apply(v)));
    return map;
  }

  static double[] doubles(Object json) {
    return ((List<?>) json).stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray();
  }

  static int[] ints(Object json) {
    return ((List<?>) json).stream().mapToInt(n -> ((Number) n).intValue()).toArray();
  }
}
