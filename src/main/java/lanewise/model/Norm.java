package lanewise.model;

import java.util.Arrays;
import java.util.Locale;
import lanewise.Names;
import lanewise.nn.Module;
import lanewise.nn.Normalization;
import lanewise.nn.Pointwise;

/** The normalisation of an architecture, as {@code --norm} names it. */
public enum Norm {
  BATCH {
    @Override
    public Module of(int channels) {
      return Normalization.batch(channels);
    }
  },
  INSTANCE {
    @Override
    public Module of(int channels) {
      return Normalization.instance(channels, true);
    }
  },
  LAYER {
    @Override
    public Module of(int channels) {
      return Normalization.layer(channels);
    }
  },
  GROUP {
    @Override
    public Module of(int channels) {
      return Normalization.group(Math.min(GROUPS, channels), channels);
    }
  },
  NONE {
    @Override
    public Module of(int channels) {
      return Pointwise.identity();
    }
  };

  /** Wu and He 2018 found 32 groups to work best; narrower layers get as many as channels. */
  private static final int GROUPS = 32;

  /** The layer for {@code channels} channels; NONE keeps its place in the state dict's names. */
  public abstract Module of(int channels);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The norm of that name. */
  public static Norm named(String name) {
    return Names.find("norm", name, Arrays.asList(values()));
  }
}
