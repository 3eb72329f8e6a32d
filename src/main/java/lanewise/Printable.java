package lanewise;

import java.util.stream.Collectors;

/** Text out of files, made fit for a message of one line on a terminal. */
public final class Printable {
  private static final int MAX_QUOTED = 100;

  private Printable() {}

  /** A name in quotes, shortened to 100 characters, without what could move a cursor. */
  public static String quoted(String name) {
    String shown = name.length() <= MAX_QUOTED ? name : name.substring(0, MAX_QUOTED) + "...";
    return "'" + text(shown) + "'";
  }

  /** The text with each control and invisible character replaced by a question mark. */
  public static String text(String text) {
    return text.codePoints()
        .mapToObj(
            c ->
                switch (Character.getType(c)) {
                  case Character.CONTROL,
                      Character.FORMAT,
                      Character.SURROGATE,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR ->
                      "?";
                  default -> Character.toString(c);
                })
        .collect(Collectors.joining());
  }
}
