package lanewise.train;

import java.util.Arrays;
import java.util.Locale;
import lanewise.Names;

/** How learning rates go down while training, as {@code --lr-schedule} names it. */
public enum Schedule {
  CONSTANT {
    @Override
    double factor(double done) {
      return 1;
    }
  },
  /** Down to 0 in a straight line, as WGAN-GP and SNGAN have it. */
  LINEAR {
    @Override
    double factor(double done) {
      return 1 - done;
    }
  },
  /** Half a cosine (Loshchilov and Hutter 2017, without restarts). */
  COSINE {
    @Override
    double factor(double done) {
      return (1 + Math.cos(Math.PI * done)) / 2;
    }
  };

  /** By what to multiply the learning rate when this share of the training is done. */
  abstract double factor(double done);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of that name. */
  public static Schedule named(String name) {
    return Names.find("schedule", name, Arrays.asList(values()));
  }
}
