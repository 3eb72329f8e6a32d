package lanewise.model;

import java.util.ArrayList;
import java.util.List;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.nn.AvgPool2d;
import lanewise.nn.Conv2d;
import lanewise.nn.ConvTranspose2d;
import lanewise.nn.GlobalSumPool;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.Initialization;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Linear;
import lanewise.nn.MinibatchStddev;
import lanewise.nn.Module;
import lanewise.nn.Pass;
import lanewise.nn.Pointwise;
import lanewise.nn.Sequential;
import lanewise.nn.Upsample;
import lanewise.nn.Weights;

/**
 * The residual networks of SNGAN for CIFAR-10 (Miyato et al. 2018, table 3), which are also the
 * shape of WGAN-GP's (Gulrajani et al. 2017): with 32 pixels, 128 latent values, {@code ngf} 256,
 * {@code ndf} 128 and spectral norm those of the paper.
 *
 * <p>The generator doubles a first block of 4 to 7 pixels until it has the image's size, one
 * residual block for each time. The discriminator halves the image down to at most 8 pixels; two
 * more blocks, a sum over all pixels and a linear layer follow. All blocks of a network have the
 * same width. The generator's blocks repeat pixels, {@link GanSpec#upsampling} does not apply.
 *
 * <p>The linear layer from latents to the first block is a transposed convolution, with a bias for
 * each channel.
 */
public record ResnetGan(GanSpec spec) implements Gan {
  /** The discriminator halves what has more pixels to a side. */
  private static final int SMALL = 8;

  private static final int BLOCKS_AFTER_HALVING = 2;

  /** Checks the size of the images. */
  public ResnetGan {
    Doublings.of(spec.imageSize(), "ResNet GAN");
  }

  @Override
  public Architecture architecture() {
    return Architecture.RESNET;
  }

  /** N x latent x 1 x 1 to N x channels x imageSize x imageSize in (-1, 1). */
  @Override
  public Module generator() {
    Doublings doublings = Doublings.of(spec.imageSize(), "ResNet GAN");
    int width = spec.ngf();
    List<Module> layers = new ArrayList<>();
    layers.add(
        new ConvTranspose2d(
            spec.latent() + spec.classes(),
            width,
            doublings.firstBlock(),
            ConvSpec.of(1, 0),
            0,
            true));
    for (int i = 0; i < doublings.count(); i++) {
      layers.add(doubling(width));
    }
    layers.addAll(List.of(norm(spec.normG(), width), LeakyReLU.relu()));
    layers.addAll(List.of(convolution(width, spec.channels(), 3, Weights.PLAIN)));
    layers.add(Pointwise.tanh());
    return new Main(layers, spec.classes());
  }

  /** N x pack*channels x imageSize x imageSize to N x 1 scores. */
  @Override
  public Module discriminator() {
    int width = spec.ndf();
    Weights weights = Weights.spectral(spec.spectralNorm());
    List<Module> features = new ArrayList<>();
    features.add(first(spec.pack() * spec.channels(), width, weights));
    for (int side = spec.imageSize() / 2; side > SMALL; side /= 2) {
      features.add(halving(width, weights));
    }
    for (int i = 0; i < BLOCKS_AFTER_HALVING; i++) {
      features.add(new Residual(new Sequential(residual(width, weights)), Pointwise.identity()));
    }
    features.addAll(List.of(LeakyReLU.relu(), new GlobalSumPool()));
    List<Module> score = new ArrayList<>();
    if (spec.minibatchStddev()) {
      score.add(new MinibatchStddev());
    }
    score.add(new Linear(spec.minibatchStddev() ? width + 1 : width, 1, true, weights));
    return Projection.of(spec, features, score, width);
  }

  @Override
  public Initialization generatorInitialization() {
    return Initialization.GLOROT;
  }

  @Override
  public Initialization discriminatorInitialization() {
    return Initialization.GLOROT;
  }

  /**
   * A block that doubles the sides. Its 1 x 1 convolution costs less before pixels are repeated.
   */
  private Module doubling(int width) {
    return new Residual(
        new Sequential(
            norm(spec.normG(), width),
            LeakyReLU.relu(),
            new Upsample(2),
            convolution(width, width, 3, Weights.PLAIN),
            norm(spec.normG(), width),
            LeakyReLU.relu(),
            convolution(width, width, 3, Weights.PLAIN)),
        new Sequential(convolution(width, width, 1, Weights.PLAIN), new Upsample(2)));
  }

  /** The discriminator's first block: no norm and no activation before its first convolution. */
  private static Module first(int channels, int width, Weights weights) {
    return new Residual(
        new Sequential(
            convolution(channels, width, 3, weights),
            LeakyReLU.relu(),
            convolution(width, width, 3, weights),
            new AvgPool2d(2)),
        new Sequential(new AvgPool2d(2), convolution(channels, width, 1, weights)));
  }

  private Module halving(int width, Weights weights) {
    List<Module> residual = new ArrayList<>(residual(width, weights));
    residual.add(new AvgPool2d(2));
    return new Residual(
        new Sequential(residual),
        new Sequential(new AvgPool2d(2), convolution(width, width, 1, weights)));
  }

  private List<Module> residual(int width, Weights weights) {
    return List.of(
        norm(spec.normD(), width),
        LeakyReLU.relu(),
        convolution(width, width, 3, weights),
        norm(spec.normD(), width),
        LeakyReLU.relu(),
        convolution(width, width, 3, weights));
  }

  private Module norm(Norm norm, int width) {
    return norm.of(width, spec.classes());
  }

  private static Conv2d convolution(int in, int out, int kernel, Weights weights) {
    return new Conv2d(in, out, kernel, ConvSpec.of(1, kernel / 2), true, weights);
  }

  /** {@code residual(x) + shortcut(x)}. */
  private static final class Residual extends Module {
    private final Module residual;
    private final Module shortcut;

    Residual(Module residual, Module shortcut) {
      this.residual = child("residual", residual);
      this.shortcut = child("shortcut", shortcut);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
      return Ops.add(residual.forward(x, pass), shortcut.forward(x, pass));
    }

    @Override
    public GraphNode describe(GraphNode x, GraphNode condition) {
      return node(
          GraphOperation.Simple.ADD,
          residual.describe(x, condition),
          shortcut.describe(x, condition));
    }

    @Override
    public Shape outputShape(Shape x) {
      shortcut.outputShape(x);
      return residual.outputShape(x);
    }

    @Override
    public String toString() {
      return "Residual block";
    }
  }
}
