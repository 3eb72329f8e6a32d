package lanewise.model;

import java.util.Arrays;
import java.util.Locale;
import lanewise.Names;

/** How a generator doubles its images' sides. */
public enum Upsampling {
  /** A transposed convolution of stride 2, as DCGAN has it. */
  TRANSPOSED,
  /**
   * Repeated pixels and a convolution of stride 1, which leaves no checkerboard (Odena et al.
   * 2016).
   */
  RESIZE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of that name. */
  public static Upsampling named(String name) {
    return Names.find("upsampling", name, Arrays.asList(values()));
  }
}
