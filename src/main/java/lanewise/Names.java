package lanewise;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a user named, or says what there is. */
public final class Names {
  private Names() {}

  /**
   * A message for an unknown name, which names the nearest known one and then all.
   *
   * @param kind what was named: {@code backend}, {@code norm}
   */
  public static String unknown(String kind, String given, Collection<String> known) {
    String nearest =
        nearest(given, known)
            .filter(name -> distance(given.toLowerCase(), name) <= Math.max(2, name.length() / 2))
            .map(name -> "; did you mean " + name + "?")
            .orElse(";");
    return "Unknown %s '%s'%s Known: %s".formatted(kind, given, nearest, String.join(", ", known));
  }

  /** The name that takes the fewest changes of a letter; the first of equals. */
  public static Optional<String> nearest(String given, Collection<String> known) {
    return known.stream().min(Comparator.comparingInt(name -> distance(given.toLowerCase(), name)));
  }

  /**
   * The one whose {@code toString} is {@code name}.
   *
   * @param kind as for {@link #unknown}
   * @throws UserException that names the nearest one and then all
   */
  public static <T> T find(String kind, String name, Collection<T> known) {
    return known.stream()
        .filter(one -> one.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    unknown(kind, name, known.stream().map(Object::toString).toList())));
  }

  /** Levenshtein's edit distance. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        current[j] = Math.min(previous[j - 1] + change, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
