package lanewise.data;

import java.util.Arrays;
import lanewise.Names;

/** Which of two kinds of pictures becomes the other, as {@code --direction} names it. */
public enum Direction {
  A_TO_B("AtoB"),
  B_TO_A("BtoA");

  private final String name;

  Direction(String name) {
    this.name = name;
  }

  <T> T input(T a, T b) {
    return this == A_TO_B ? a : b;
  }

  <T> T output(T a, T b) {
    return this == A_TO_B ? b : a;
  }

  @Override
  public String toString() {
    return name;
  }

  /** The one of that name. */
  public static Direction named(String name) {
    return Names.find("direction", name, Arrays.asList(values()));
  }
}
