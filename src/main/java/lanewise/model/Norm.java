package lanewise.model;

import java.util.Arrays;
import java.util.Locale;
import lanewise.Names;
import lanewise.UserException;
import lanewise.nn.Initialization;
import lanewise.nn.Module;
import lanewise.nn.Normalization;
import lanewise.nn.Pointwise;

/** The normalisation of an architecture, as {@code --norm} names it. */
public enum Norm {
  /** {@code torch.nn.BatchNorm2d}. */
  BATCH {
    @Override
    Module layer(int channels, int condition) {
      return Normalization.batch(channels);
    }
  },
  /** {@code torch.nn.InstanceNorm2d} with {@code affine=True}. */
  INSTANCE {
    @Override
    Module layer(int channels, int condition) {
      return Normalization.instance(channels, true);
    }
  },
  /** {@code torch.nn.InstanceNorm2d} as it is by default: no scale and shift are learned. */
  INSTANCE_PLAIN {
    @Override
    Module layer(int channels, int condition) {
      return Normalization.instance(channels, false);
    }
  },
  LAYER {
    @Override
    Module layer(int channels, int condition) {
      return Normalization.layer(channels);
    }
  },
  GROUP {
    @Override
    Module layer(int channels, int condition) {
      return Normalization.group(Math.min(GROUPS, channels), channels);
    }
  },
  NONE {
    @Override
    Module layer(int channels, int condition) {
      return Pointwise.identity();
    }
  },
  /** Batch norm with a scale and a shift for each class. */
  CONDITIONAL_BATCH {
    @Override
    Module layer(int channels, int condition) {
      return Normalization.conditionalBatch(channels, condition);
    }
  },
  /** Instance norm with a scale and a shift for each class. */
  CONDITIONAL_INSTANCE {
    @Override
    Module layer(int channels, int condition) {
      return Normalization.conditionalInstance(channels, condition);
    }
  },
  /** Adaptive instance norm: scale and shift are affine in the condition. */
  ADAIN {
    @Override
    Module layer(int channels, int condition) {
      return Normalization.adaptiveInstance(channels, condition);
    }
  };

  /** Wu and He 2018 found 32 groups to work best; narrower layers get as many as channels. */
  private static final int GROUPS = 32;

  abstract Module layer(int channels, int condition);

  /**
   * The layer for {@code channels} channels; NONE keeps its place in the state dict's names.
   *
   * @param condition values of a sample's condition, such as classes; 0 if there is none
   * @throws UserException if the norm needs a condition and there is none
   */
  public Module of(int channels, int condition) {
    requireCondition(condition);
    return layer(channels, condition);
  }

  /** Passes unless the norm needs a condition and there is none. */
  void requireCondition(int condition) {
    if (isConditional() && condition == 0) {
      throw new UserException(
          "The norm %s needs to be told a class; use data with labels and --conditional, or the norm %s"
              .formatted(this, this == CONDITIONAL_BATCH ? BATCH : INSTANCE));
    }
  }

  /** Whether it needs to be told a class, or another condition. */
  public boolean isConditional() {
    return this == CONDITIONAL_BATCH || this == CONDITIONAL_INSTANCE || this == ADAIN;
  }

  /**
   * Whether the layer before it needs a bias: norms have a shift, or take away what a bias adds.
   * Without either, a network of ReLUs could only scale its output with the length of its input.
   */
  boolean wantsBias() {
    return this == NONE;
  }

  /**
   * How a DCGAN with this norm starts: as its authors have it if the norm brings the values of each
   * layer to one scale, otherwise by weights that keep it. With N(0, 0.02) and no norm, values and
   * gradients would fade from layer to layer.
   */
  Initialization initialization() {
    return this == NONE ? Initialization.KAIMING : Initialization.DCGAN;
  }

  /**
   * Whether the convolution before it has a bias in the networks of pix2pix and CycleGAN: of
   * instance norm, which was not affine there; batch norm has a shift of its own.
   */
  boolean keepsBias() {
    return this == INSTANCE || this == INSTANCE_PLAIN;
  }

  /** Whether what becomes of a sample depends on the others in its batch. */
  public boolean tiesSamples() {
    return this == BATCH || this == CONDITIONAL_BATCH;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The norm of that name. */
  public static Norm named(String name) {
    return Names.find("norm", name, Arrays.asList(values()));
  }
}
