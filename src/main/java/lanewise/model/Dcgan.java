package lanewise.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.backend.ConvSpec;
import lanewise.nn.Conv2d;
import lanewise.nn.ConvTranspose2d;
import lanewise.nn.LeakyReLU;
import lanewise.nn.MinibatchStddev;
import lanewise.nn.Module;
import lanewise.nn.Pointwise;
import lanewise.nn.Upsample;
import lanewise.nn.Weights;

/**
 * DCGAN (Radford, Metz and Chintala 2015) with the layers, names and widths of PyTorch's DCGAN
 * example, so that a state dict fits both.
 *
 * <p>A first block of 4 x 4 (or 5, 6, 7) pixels is doubled until it has the image's size: 28 = 7 x
 * 2^2, 32 = 4 x 2^3, 64 = 4 x 2^4. No norm on the generator's output and the discriminator's first
 * layer; the discriminator gives a logit. Convolutions have biases in a network without norm only.
 *
 * <p>What else a {@link GanSpec} asks for changes nothing but its own layers: a generator that is
 * told classes takes them behind z, a discriminator by projection ({@code embed}, with its last
 * convolution under the name {@code score}).
 */
public record Dcgan(GanSpec spec) implements Gan {
  private static final float SLOPE = 0.2f;

  /** Checks the size of the images. */
  public Dcgan {
    doublings(spec);
  }

  /** The reference's widths: 100 latent values, 64 filters. */
  public Dcgan(int imageSize, int channels, Norm norm) {
    this(imageSize, channels, 100, 64, 64, norm);
  }

  /** With one norm for both networks; the values are {@link GanSpec}'s. */
  public Dcgan(int imageSize, int channels, int latent, int ngf, int ndf, Norm norm) {
    this(GanSpec.of(imageSize, channels, latent, ngf, ndf, norm));
  }

  /**
   * The architecture whose generator has a state dict of these names and dimensions; of the
   * discriminator nothing is known, it gets as many filters.
   *
   * @param dimensions by PyTorch's names, such as {@code main.0.weight}
   * @throws UserException if they are not those of a DCGAN generator
   */
  public static Dcgan ofGenerator(Map<String, long[]> dimensions, Norm norm) {
    List<long[]> weights = new ArrayList<>();
    for (String name = "main.0.weight"; dimensions.containsKey(name); ) {
      weights.add(dimensions.get(name));
      name = "main.%d.weight".formatted(3 * weights.size());
    }
    if (weights.size() < 3 || weights.stream().anyMatch(w -> w.length != 4)) {
      throw new UserException(
          "it has no transposed convolutions main.0, main.3, main.6, ...: not a DCGAN generator");
    }
    long[] first = weights.getFirst();
    long[] last = weights.getLast();
    int doublings = weights.size() - 1;
    boolean fits = first[0] > 0 && first[2] == first[3] && first[2] >= 4 && first[2] <= 7;
    fits &= last[1] == 1 || last[1] == 3;
    long width = first[1];
    for (int i = 1; i <= doublings; i++, width /= 2) {
      long out = i == doublings ? last[1] : width / 2;
      fits &= width > 0 && Arrays.equals(weights.get(i), new long[] {width, out, 4, 4});
    }
    if (!fits) {
      throw new UserException(
          "its weights, from %s to %s, are not those of a DCGAN generator"
              .formatted(Arrays.toString(first), Arrays.toString(last)));
    }
    int size = Math.toIntExact(first[2]) << doublings;
    int filters = Math.toIntExact(last[0]);
    return new Dcgan(size, (int) last[1], Math.toIntExact(first[0]), filters, filters, norm);
  }

  private static Doublings doublings(GanSpec spec) {
    return Doublings.of(spec.imageSize(), "DCGAN");
  }

  @Override
  public Architecture architecture() {
    return Architecture.DCGAN;
  }

  /** N x latent x 1 x 1 to N x channels x imageSize x imageSize in (-1, 1). */
  @Override
  public Module generator() {
    Doublings doublings = doublings(spec);
    List<Module> layers = new ArrayList<>();
    int width = spec.ngf() << (doublings.count() - 1);
    int in = spec.latent() + spec.classes();
    boolean bias = spec.normG().wantsBias();
    layers.add(new ConvTranspose2d(in, width, doublings.firstBlock(), ConvSpec.of(1, 0), 0, bias));
    for (int i = 1; i < doublings.count(); i++, width /= 2) {
      layers.addAll(List.of(spec.normG().of(width, spec.classes()), LeakyReLU.relu()));
      layers.addAll(doubling(width, width / 2));
    }
    layers.addAll(List.of(spec.normG().of(width, spec.classes()), LeakyReLU.relu()));
    layers.addAll(doubling(width, spec.channels()));
    layers.add(Pointwise.tanh());
    return new Main(layers, spec.classes());
  }

  private List<Module> doubling(int in, int out) {
    boolean bias = spec.normG().wantsBias();
    return switch (spec.upsampling()) {
      case TRANSPOSED -> List.of(new ConvTranspose2d(in, out, 4, ConvSpec.of(2, 1), 0, bias));
      case RESIZE -> List.of(new Upsample(2), new Conv2d(in, out, 3, ConvSpec.of(1, 1), bias));
    };
  }

  /** N x pack*channels x imageSize x imageSize to N x 1 x 1 x 1 logits. */
  @Override
  public Module discriminator() {
    Doublings doublings = doublings(spec);
    List<Module> features = new ArrayList<>();
    int width = spec.ndf();
    features.addAll(List.of(halving(spec.pack() * spec.channels(), width), new LeakyReLU(SLOPE)));
    for (int i = 1; i < doublings.count(); i++, width *= 2) {
      features.add(halving(width, 2 * width));
      features.addAll(List.of(spec.normD().of(2 * width, spec.classes()), new LeakyReLU(SLOPE)));
    }
    List<Module> score = new ArrayList<>();
    if (spec.minibatchStddev()) {
      score.add(new MinibatchStddev());
    }
    int in = spec.minibatchStddev() ? width + 1 : width;
    score.add(judging(in, 1, doublings.firstBlock(), ConvSpec.of(1, 0)));
    return Projection.of(spec, features, score, width);
  }

  private Conv2d halving(int in, int out) {
    return judging(in, out, 4, ConvSpec.of(2, 1));
  }

  private Conv2d judging(int in, int out, int kernel, ConvSpec convolution) {
    Weights weights = Weights.spectral(spec.spectralNorm());
    return new Conv2d(in, out, kernel, convolution, spec.normD().wantsBias(), weights);
  }
}
