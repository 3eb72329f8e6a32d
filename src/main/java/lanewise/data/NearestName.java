package lanewise.data;

import java.util.List;
import java.util.Locale;

/** Finds the name a user most likely meant. */
final class NearestName {
  private NearestName() {}

  /** The known name that takes the fewest edits to reach, or null if all take too many. */
  static String of(String given, List<String> known) {
    String nearest = null;
    int fewest = 1 + Math.max(2, given.length() / 3);
    for (String name : known) {
      int edits = edits(given.toLowerCase(Locale.ROOT), name);
      if (edits < fewest) {
        nearest = name;
        fewest = edits;
      }
    }
    return nearest;
  }

  /** Levenshtein's distance. */
  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substitution = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitution, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
