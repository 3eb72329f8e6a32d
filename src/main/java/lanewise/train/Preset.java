package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import lanewise.Names;

/** Hyper-parameters that belong together, as {@code --preset} names them, and their source. */
public enum Preset {
  DCGAN("Radford et al. 2015, section 4, with batches of 64", "{}"),
  LSGAN(
      "Mao et al. 2017, section 4.1",
      """
      {"loss": "least-squares", "lrG": 1e-3, "lrD": 1e-3}
      """),
  WGAN_GP(
      "Gulrajani et al. 2017, algorithm 1, with the layer norm of section 4 in the critic",
      """
      {"loss": "wgan-gp", "gp": 10, "dSteps": 5, "normD": "layer",
       "lrG": 1e-4, "lrD": 1e-4, "beta1": 0, "beta2": 0.9}
      """),
  SNGAN(
      "Miyato et al. 2018, section 4 and table 3: hinge objective, residual networks",
      """
      {"loss": "hinge", "dSteps": 5, "spectralNorm": true, "normD": "none",
       "arch": "resnet", "latent": 128, "ngf": 256, "ndf": 128,
       "beta1": 0, "beta2": 0.9, "lrSchedule": "linear"}
      """),
  R1(
      "Mescheder et al. 2018, section 4.3: no norms, an average of the generator",
      """
      {"r1": 10, "normG": "none", "normD": "none",
       "lrG": 1e-4, "lrD": 1e-4, "beta1": 0, "beta2": 0.99, "ema": 0.999}
      """),
  PACGAN(
      "Lin et al. 2018, section 4.1: PacGAN2 on points in the plane, 100 packs in a batch",
      """
      {"arch": "mlp", "latent": 2, "ngf": 400, "ndf": 200, "normD": "none", "pack": 2,
       "batchSize": 200, "lrG": 1e-4, "lrD": 1e-4, "beta1": 0.8}
      """);

  private final String source;
  private final String options;

  Preset(String source, String options) {
    this.source = source;
    this.options = options;
  }

  /** What it changes in {@link #DCGAN}'s, by the names in {@code options.json}. */
  Map<String, Object> options() {
    try {
      return JSON.std.mapFrom(options);
    } catch (IOException e) {
      throw new UncheckedIOException("a preset is JSON", e);
    }
  }

  /** Where it is from. */
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
