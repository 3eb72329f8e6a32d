package lanewise.model;

import java.util.ArrayList;
import java.util.List;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;
import lanewise.nn.Conv2d;
import lanewise.nn.ConvTranspose2d;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Module;
import lanewise.nn.Pointwise;
import lanewise.nn.Sequential;
import lanewise.nn.Statistics;

/**
 * DCGAN (Radford, Metz and Chintala 2015) with the layers, names and widths of PyTorch's DCGAN
 * example, so that a state dict fits both.
 *
 * <p>A first block of 4 x 4 (or 5, 6, 7) pixels is doubled until it has the image's size: 28 = 7 x
 * 2^2, 32 = 4 x 2^3, 64 = 4 x 2^4. No norm on the generator's output and the discriminator's first
 * layer; the discriminator gives a logit.
 *
 * @param imageSize pixels of a side
 * @param channels of an image: 1 or 3
 * @param latent size of z
 * @param ngf channels of the generator's last hidden layer
 * @param ndf channels of the discriminator's first layer
 */
public record Dcgan(int imageSize, int channels, int latent, int ngf, int ndf, Norm norm) {
  private static final float SLOPE = 0.2f;

  public Dcgan {
    if (channels < 1 || latent < 1 || ngf < 1 || ndf < 1) {
      throw new UserException("DCGAN needs at least one channel, one latent value and one filter");
    }
    if (doublings(imageSize) < 2) {
      throw new UserException(
          "DCGAN cannot make images of %d pixels; use one of 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128"
              .formatted(imageSize));
    }
  }

  /** The reference's widths: 100 latent values, 64 filters. */
  public Dcgan(int imageSize, int channels, Norm norm) {
    this(imageSize, channels, 100, 64, 64, norm);
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

  private int firstBlock() {
    return imageSize >> doublings(imageSize);
  }

  /** N x latent x 1 x 1 to N x channels x imageSize x imageSize in (-1, 1). */
  public Module generator() {
    List<Module> layers = new ArrayList<>();
    int width = ngf << (doublings(imageSize) - 1);
    layers.add(new ConvTranspose2d(latent, width, firstBlock(), 1, 0));
    for (int i = 1; i < doublings(imageSize); i++, width /= 2) {
      layers.addAll(List.of(norm.of(width), LeakyReLU.relu()));
      layers.add(new ConvTranspose2d(width, width / 2, 4, 2, 1));
    }
    layers.addAll(List.of(norm.of(width), LeakyReLU.relu()));
    layers.add(new ConvTranspose2d(width, channels, 4, 2, 1));
    layers.add(Pointwise.tanh());
    return new Main(new Sequential(layers));
  }

  /** N x channels x imageSize x imageSize to N x 1 x 1 x 1 logits. */
  public Module discriminator() {
    List<Module> layers = new ArrayList<>();
    int width = ndf;
    layers.addAll(List.of(new Conv2d(channels, width, 4, 2, 1), new LeakyReLU(SLOPE)));
    for (int i = 1; i < doublings(imageSize); i++, width *= 2) {
      layers.add(new Conv2d(width, 2 * width, 4, 2, 1));
      layers.addAll(List.of(norm.of(2 * width), new LeakyReLU(SLOPE)));
    }
    layers.add(new Conv2d(width, 1, firstBlock(), 1, 0));
    return new Main(new Sequential(layers));
  }

  public Shape latentShape(int count) {
    return Shape.matrix(count, latent);
  }

  public Shape imageShape(int count) {
    return Shape.of(count, channels, imageSize, imageSize);
  }

  /** The example's networks hold their layers under the name {@code main}. */
  private static final class Main extends Module {
    private final Sequential main;

    Main(Sequential layers) {
      main = child("main", layers);
    }

    @Override
    public Variable forward(Variable x, Statistics statistics) {
      return main.forward(x, statistics);
    }

    @Override
    public Shape outputShape(Shape x) {
      return main.outputShape(x);
    }
  }
}
