package lanewise.data;

import java.util.Arrays;
import java.util.Locale;
import lanewise.Names;

/** How pictures of any size become inputs of a network, as {@code --preprocess} names it. */
public enum Preprocess {
  /** To a square of the load size, whatever the aspect ratio, of which a square is cut out. */
  RESIZE_AND_CROP(true),
  /** A square is cut out. */
  CROP(true),
  /** To the load size in width, with the aspect ratio. */
  SCALE_WIDTH(false),
  /** The same, of which a square is cut out. */
  SCALE_WIDTH_AND_CROP(true),
  /** Only to sides that the network can take. */
  NONE(false);

  private final boolean crops;

  Preprocess(boolean crops) {
    this.crops = crops;
  }

  /** Whether all pictures become squares of the crop size. */
  public boolean crops() {
    return crops;
  }

  /** With the underscores of the original's names. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of that name. */
  public static Preprocess named(String name) {
    return Names.find("preprocess", name, Arrays.asList(values()));
  }
}
