package lanewise.picture;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * What Pillow makes of a picture, out of {@code pictures.json}.
 *
 * @param mode Pillow's: {@code I} has levels of 16 bits, the others of 8
 * @param levels of grey, or red, green, blue, each with alpha or without
 */
record PillowReference(String mode, int width, int height, List<int[]> levels) {
  static final Path FILES = Path.of("src/test/resources/lanewise/picture");

  /** A list of maps, or a map of them, by its name in the file. */
  static Object section(String name) {
    try {
      return JSON.std.mapFrom(Files.readString(FILES.resolve("pictures.json"))).get(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static PillowReference of(Object entry) {
    Map<?, ?> map = (Map<?, ?>) entry;
    String mode = (String) map.get("mode");
    int digits = mode.equals("I") ? 4 : 2;
    return new PillowReference(
        mode,
        (int) map.get("width"),
        (int) map.get("height"),
        ((List<?>) map.get("levels")).stream().map(hex -> levels((String) hex, digits)).toList());
  }

  private static int[] levels(String hex, int digits) {
    int[] levels = new int[hex.length() / digits];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = HexFormat.fromHexDigits(hex, i * digits, (i + 1) * digits);
    }
    return levels;
  }

  boolean hasAlpha() {
    return mode.endsWith("A");
  }

  List<int[]> colors() {
    return hasAlpha() ? levels.subList(0, levels.size() - 1) : levels;
  }
}
