package lanewise.train.loss;

import java.util.Arrays;
import java.util.Locale;
import lanewise.Names;
import lanewise.UserException;

/** The objectives there are, as {@code --loss} names them. */
public enum Objective {
  NON_SATURATING {
    @Override
    public GanLoss loss(float labelSmoothing) {
      return new NonSaturating(labelSmoothing);
    }
  },
  MINIMAX {
    @Override
    public GanLoss loss(float labelSmoothing) {
      return new Minimax(labelSmoothing);
    }
  },
  LEAST_SQUARES {
    @Override
    public GanLoss loss(float labelSmoothing) {
      return new LeastSquares(labelSmoothing);
    }
  },
  /** {@link Wasserstein}, which {@link GradientPenalty#wganGp} belongs to. */
  WGAN_GP {
    @Override
    public GanLoss loss(float labelSmoothing) {
      refuse(labelSmoothing);
      return new Wasserstein();
    }
  },
  HINGE {
    @Override
    public GanLoss loss(float labelSmoothing) {
      refuse(labelSmoothing);
      return new Hinge();
    }
  };

  /**
   * The objective.
   *
   * @param labelSmoothing by how much less than 1 real images are to be scored, or 0
   * @throws UserException if its scores have no target that could be smoothed
   */
  public abstract GanLoss loss(float labelSmoothing);

  void refuse(float labelSmoothing) {
    if (labelSmoothing > 0) {
      throw new UserException(
          ("--label-smoothing moves the target of real images, and --loss %s has no targets; leave"
                  + " it out, or use --loss non-saturating")
              .formatted(this));
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The one of that name. */
  public static Objective named(String name) {
    return Names.find("loss", name, Arrays.asList(values()));
  }
}
