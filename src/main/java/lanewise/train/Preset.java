package lanewise.train;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import lanewise.Names;

/**
 * Hyper-parameters that belong together, as {@code --preset} names them, and where they are from.
 */
public enum Preset {
  DCGAN("Radford et al. 2015, with the batch size of PyTorch's users' habit", Map.of()),
  LSGAN(
      "Mao et al. 2017, least-squares objective, Adam(1e-3, 0.5)",
      Map.of("loss", "least-squares", "lrG", 1e-3, "lrD", 1e-3)),
  WGAN_GP(
      "Gulrajani et al. 2017, algorithm 1; layer norm in the critic (section 4)",
      Map.of(
          "loss", "wgan-gp", "gp", 10, "dSteps", 5, "normD", "layer", "lrG", 1e-4, "lrD", 1e-4,
          "beta1", 0, "beta2", 0.9)),
  SNGAN(
      "Miyato et al. 2018, table 3 and setting D of table 1, hinge objective",
      Map.of(
          "loss",
          "hinge",
          "dSteps",
          5,
          "normD",
          "none",
          "spectralNorm",
          true,
          "beta1",
          0,
          "beta2",
          0.9,
          "lrSchedule",
          "linear")),
  R1(
      "Mescheder et al. 2018, section 4.3: gamma 10, no norms, average of the generator",
      Map.of(
          "r1", 10, "normG", "none", "normD", "none", "lrG", 1e-4, "lrD", 1e-4, "beta1", 0, "beta2",
          0.99, "ema", 0.999));

  private final String source;
  private final Map<String, Object> options;

  Preset(String source, Map<String, Object> options) {
    this.source = source;
    this.options = options;
  }

  /** What it changes in {@link #DCGAN}'s, by the names in {@code options.json}. */
  Map<String, Object> options() {
    return options;
  }

  /** The paper. */
  public String source() {
    return source;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The one of that name. */
  public static Preset named(String name) {
    return Names.find("preset", name, Arrays.asList(values()));
  }
}
