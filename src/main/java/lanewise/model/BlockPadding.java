package lanewise.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import lanewise.Names;
import lanewise.backend.Padding;
import lanewise.nn.Module;
import lanewise.nn.ReflectionPad2d;
import lanewise.nn.ReplicationPad2d;

/** What lies around the image for the convolutions of a residual block. */
public enum BlockPadding {
  /** The image mirrored at its border. */
  REFLECT {
    @Override
    List<Module> layers() {
      return List.of(new ReflectionPad2d(Padding.all(1)));
    }
  },
  /** The border's pixels again. */
  REPLICATE {
    @Override
    List<Module> layers() {
      return List.of(new ReplicationPad2d(Padding.all(1)));
    }
  },
  /** Zeros, which the convolution adds itself. */
  ZERO {
    @Override
    List<Module> layers() {
      return List.of();
    }
  };

  /** The layers before a convolution of 3 x 3 pixels. */
  abstract List<Module> layers();

  /** How many zeros that convolution adds at each border. */
  int zeros() {
    return this == ZERO ? 1 : 0;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of that name. */
  public static BlockPadding named(String name) {
    return Names.find("padding", name, Arrays.asList(values()));
  }
}
