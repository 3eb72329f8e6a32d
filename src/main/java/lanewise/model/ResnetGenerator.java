package lanewise.model;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.ConvSpec;
import lanewise.backend.Padding;
import lanewise.nn.Conv2d;
import lanewise.nn.ConvTranspose2d;
import lanewise.nn.Dropout;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Module;
import lanewise.nn.Pointwise;
import lanewise.nn.ReflectionPad2d;
import lanewise.nn.Sequential;

/**
 * CycleGAN's generator (Zhu et al. 2017, after Johnson et al. 2016), with the layers and names of
 * the authors' {@code pytorch-CycleGAN-and-pix2pix}: a convolution of 7 x 7, two that halve the
 * image, residual blocks, two that double it, and one of 7 x 7 with a tanh.
 *
 * <p>N x inputChannels x H x W to N x outputChannels x H x W in (-1, 1), where H and W are
 * multiples of 4. Convolutions before instance norm have a bias, although it has no effect.
 */
public final class ResnetGenerator extends Sequential {
  private static final int HALVINGS = 2;

  public ResnetGenerator(TranslatorSpec spec) {
    super("model", new Sequential(layers(spec)));
  }

  private static List<Module> layers(TranslatorSpec spec) {
    boolean bias = spec.norm().keepsBias();
    List<Module> layers = new ArrayList<>();
    layers.add(new ReflectionPad2d(Padding.all(3)));
    layers.add(new Conv2d(spec.inputChannels(), spec.ngf(), 7, ConvSpec.of(1, 0), bias));
    layers.addAll(activated(spec.norm(), spec.ngf()));
    int width = spec.ngf();
    for (int i = 0; i < HALVINGS; i++, width *= 2) {
      layers.add(new Conv2d(width, 2 * width, 3, ConvSpec.of(2, 1), bias));
      layers.addAll(activated(spec.norm(), 2 * width));
    }
    for (int i = 0; i < spec.depth(); i++) {
      layers.add(new ResidualBlock("conv_block", new Sequential(residual(spec, width))));
    }
    for (int i = 0; i < HALVINGS; i++, width /= 2) {
      layers.add(new ConvTranspose2d(width, width / 2, 3, ConvSpec.of(2, 1), 1, bias));
      layers.addAll(activated(spec.norm(), width / 2));
    }
    layers.add(new ReflectionPad2d(Padding.all(3)));
    layers.add(new Conv2d(width, spec.outputChannels(), 7, ConvSpec.of(1, 0), true));
    layers.add(Pointwise.tanh());
    return layers;
  }

  private static List<Module> residual(TranslatorSpec spec, int width) {
    List<Module> layers = new ArrayList<>(spec.padding().layers());
    layers.add(convolution(spec, width));
    layers.addAll(activated(spec.norm(), width));
    if (spec.dropout()) {
      layers.add(new Dropout(0.5f));
    }
    layers.addAll(spec.padding().layers());
    layers.add(convolution(spec, width));
    layers.add(spec.norm().of(width, 0));
    return layers;
  }

  private static Module convolution(TranslatorSpec spec, int width) {
    ConvSpec geometry = ConvSpec.of(1, spec.padding().zeros());
    return new Conv2d(width, width, 3, geometry, spec.norm().keepsBias());
  }

  private static List<Module> activated(Norm norm, int width) {
    return List.of(norm.of(width, 0), LeakyReLU.relu());
  }
}
