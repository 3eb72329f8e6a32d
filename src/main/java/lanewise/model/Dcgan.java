package lanewise.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;
import lanewise.nn.Conv2d;
import lanewise.nn.ConvTranspose2d;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Module;
import lanewise.nn.Pass;
import lanewise.nn.Pointwise;
import lanewise.nn.Sequential;

/**
 * DCGAN (Radford, Metz and Chintala 2015) with the layers, names and widths of PyTorch's DCGAN
 * example, so that a state dict fits both.
 *
 * <p>A first block of 4 x 4 (or 5, 6, 7) pixels is doubled until it has the image's size: 28 = 7 x
 * 2^2, 32 = 4 x 2^3, 64 = 4 x 2^4. No norm on the generator's output and the discriminator's first
 * layer; the discriminator gives a logit.
 */
public record Dcgan(GanSpec spec) implements Gan {
  private static final float SLOPE = 0.2f;

  public Dcgan {
    if (doublings(spec.imageSize()) < 2) {
      throw new UserException(
          "DCGAN cannot make images of %d pixels; use one of 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128"
              .formatted(spec.imageSize()));
    }
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

  /** How often the first block is doubled, or -1 if no first block of 4 to 7 pixels fits. */
  private static int doublings(int size) {
    int doublings = 0;
    int block = size;
    while (block > 7) {
      if (block % 2 != 0) {
        return -1;
      }
      block /= 2;
      doublings++;
    }
    return block >= 4 ? doublings : -1;
  }

  private int doublings() {
    return doublings(spec.imageSize());
  }

  private int firstBlock() {
    return spec.imageSize() >> doublings();
  }

  /** N x latent x 1 x 1 to N x channels x imageSize x imageSize in (-1, 1). */
  @Override
  public Module generator() {
    List<Module> layers = new ArrayList<>();
    int width = spec.ngf() << (doublings() - 1);
    layers.add(new ConvTranspose2d(spec.latent(), width, firstBlock(), 1, 0));
    for (int i = 1; i < doublings(); i++, width /= 2) {
      layers.addAll(List.of(spec.normG().of(width, spec.classes()), LeakyReLU.relu()));
      layers.add(new ConvTranspose2d(width, width / 2, 4, 2, 1));
    }
    layers.addAll(List.of(spec.normG().of(width, spec.classes()), LeakyReLU.relu()));
    layers.add(new ConvTranspose2d(width, spec.channels(), 4, 2, 1));
    layers.add(Pointwise.tanh());
    return new Main(new Sequential(layers));
  }

  /** N x channels x imageSize x imageSize to N x 1 x 1 x 1 logits. */
  @Override
  public Module discriminator() {
    List<Module> layers = new ArrayList<>();
    int width = spec.ndf();
    layers.addAll(List.of(new Conv2d(spec.channels(), width, 4, 2, 1), new LeakyReLU(SLOPE)));
    for (int i = 1; i < doublings(); i++, width *= 2) {
      layers.add(new Conv2d(width, 2 * width, 4, 2, 1));
      layers.addAll(List.of(spec.normD().of(2 * width, spec.classes()), new LeakyReLU(SLOPE)));
    }
    layers.add(new Conv2d(width, 1, firstBlock(), 1, 0));
    return new Main(new Sequential(layers));
  }

  /** The example's networks hold their layers under the name {@code main}. */
  private static final class Main extends Module {
    private final Sequential main;

    Main(Sequential layers) {
      main = child("main", layers);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
      return main.forward(x, pass);
    }

    @Override
    public Shape outputShape(Shape x) {
      return main.outputShape(x);
    }
  }
}
