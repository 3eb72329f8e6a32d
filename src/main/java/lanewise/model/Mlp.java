package lanewise.model;

import java.util.ArrayList;
import java.util.List;
import lanewise.UserException;
import lanewise.nn.Initialization;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Linear;
import lanewise.nn.Maxout;
import lanewise.nn.Module;
import lanewise.nn.Sequential;

/**
 * A perceptron for points in the plane: the networks of Lin et al., "PacGAN: The power of two
 * samples in generative adversarial networks", 2018, section 4.1, which are those of Dumoulin et
 * al., "Adversarially Learned Inference", 2017, for the same data.
 *
 * <p>The generator has four hidden layers with norm and ReLU, the discriminator three layers of
 * maxout units of five pieces each. The paper has {@link GanSpec#ngf} 400, {@link GanSpec#ndf} 200,
 * two latent values, and batch norm in the generator alone. The generator's output is linear:
 * points are in the coordinates of the data.
 */
public record Mlp(GanSpec spec) implements Gan {
  private static final int GENERATOR_LAYERS = 4;
  private static final int DISCRIMINATOR_LAYERS = 3;
  private static final int PIECES = 5;
  private static final Initialization PAPERS = Initialization.normal(0.02);

  public Mlp {
    if (spec.imageSize() != 1) {
      throw new UserException(
          "The perceptron makes points, not images of %d pixels; give --data ring-8 or grid-25, or"
                  .formatted(spec.imageSize())
              + " another --arch");
    }
    if (spec.classes() > 0 || spec.spectralNorm() || spec.minibatchStddev()) {
      throw new UserException(
          "The perceptron has no classes, spectral norm or minibatch deviation; leave them out");
    }
  }

  @Override
  public Architecture architecture() {
    return Architecture.MLP;
  }

  /** N x latent to N x channels, a point each. */
  @Override
  public Module generator() {
    List<Module> layers = new ArrayList<>();
    int in = spec.latent();
    for (int i = 0; i < GENERATOR_LAYERS; i++) {
      layers.add(new Linear(in, spec.ngf(), spec.normG().wantsBias()));
      layers.add(spec.normG().of(spec.ngf(), 0));
      layers.add(LeakyReLU.relu());
      in = spec.ngf();
    }
    layers.add(new Linear(in, spec.channels(), true));
    return new Sequential(layers);
  }

  /** N/pack x pack * channels to N/pack logits. */
  @Override
  public Module discriminator() {
    List<Module> layers = new ArrayList<>();
    int in = spec.pack() * spec.channels();
    for (int i = 0; i < DISCRIMINATOR_LAYERS; i++) {
      layers.add(new Maxout(in, spec.ndf(), PIECES));
      layers.add(spec.normD().of(spec.ndf(), 0));
      in = spec.ndf();
    }
    layers.add(new Linear(in, 1, true));
    return new Sequential(layers);
  }

  /** With a norm the paper's: all weights N(0, 0.02), all biases 0. */
  @Override
  public Initialization generatorInitialization() {
    return spec.normG() == Norm.NONE ? Initialization.KAIMING : PAPERS;
  }

  @Override
  public Initialization discriminatorInitialization() {
    return PAPERS;
  }
}
