package lanewise.model;

import java.util.Arrays;
import java.util.Locale;
import lanewise.Names;

/** The architectures of GANs there are, as {@code --arch} names them. */
public enum Architecture {
  DCGAN {
    @Override
    public Gan of(GanSpec spec) {
      return new Dcgan(spec);
    }
  },
  RESNET {
    @Override
    public Gan of(GanSpec spec) {
      return new ResnetGan(spec);
    }
  },
  MLP {
    @Override
    public Gan of(GanSpec spec) {
      return new Mlp(spec);
    }
  };

  /**
   * The two networks.
   *
   * @throws lanewise.UserException if the architecture cannot do what {@code spec} asks for
   */
  public abstract Gan of(GanSpec spec);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of that name. */
  public static Architecture named(String name) {
    return Names.find("architecture", name, Arrays.asList(values()));
  }
}
