package lanewise.model;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import lanewise.backend.ConvSpec;
import lanewise.backend.Padding;
import lanewise.nn.Conv2d;
import lanewise.nn.ConvTranspose2d;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Module;
import lanewise.nn.ReflectionPad2d;
import lanewise.nn.Sequential;
import lanewise.nn.Upsample;

/**
 * The network of fast style transfer (Johnson et al. 2016) with instance norm (Ulyanov et al.
 * 2016), with the layers and names of {@code fast_neural_style} in PyTorch's examples: convolutions
 * behind reflection padding, of which two halve the image, residual blocks, and two that double it.
 *
 * <p>N x 3 x H x W to N x 3 x H x W, both about in [0, 255] with nothing that clips them; H and W
 * are multiples of 4. With {@link Upsampling#TRANSPOSED} the doubling convolutions are transposed
 * ones of 3 x 3 pixels, as in Johnson's original, under the name {@code conv_transpose2d}.
 */
public final class StyleNetwork extends Sequential {

  public StyleNetwork(TranslatorSpec spec) {
    super(layers(spec));
  }

  private static SequencedMap<String, Module> layers(TranslatorSpec spec) {
    Norm norm = spec.norm();
    int width = spec.ngf();
    SequencedMap<String, Module> layers = new LinkedHashMap<>();
    layers.put("conv1", convolution(spec.inputChannels(), width, 9, 1));
    activated(layers, "1", norm, width);
    layers.put("conv2", convolution(width, 2 * width, 3, 2));
    activated(layers, "2", norm, 2 * width);
    layers.put("conv3", convolution(2 * width, 4 * width, 3, 2));
    activated(layers, "3", norm, 4 * width);
    for (int i = 1; i <= spec.depth(); i++) {
      layers.put("res" + i, residual(4 * width, norm));
    }
    layers.put("deconv1", doubling(4 * width, 2 * width, spec.upsampling()));
    activated(layers, "4", norm, 2 * width);
    layers.put("deconv2", doubling(2 * width, width, spec.upsampling()));
    activated(layers, "5", norm, width);
    layers.put("deconv3", convolution(width, spec.outputChannels(), 9, 1));
    return layers;
  }

  private static void activated(
      SequencedMap<String, Module> layers, String number, Norm norm, int width) {
    layers.put("in" + number, norm.of(width, 0));
    layers.put("relu" + number, LeakyReLU.relu());
  }

  private static ResidualBlock residual(int width, Norm norm) {
    SequencedMap<String, Module> layers = new LinkedHashMap<>();
    layers.put("conv1", convolution(width, width, 3, 1));
    activated(layers, "1", norm, width);
    layers.put("conv2", convolution(width, width, 3, 1));
    layers.put("in2", norm.of(width, 0));
    return new ResidualBlock(layers);
  }

  private static Module convolution(int in, int out, int kernel, int stride) {
    SequencedMap<String, Module> layers = new LinkedHashMap<>();
    layers.put("reflection_pad", new ReflectionPad2d(Padding.all(kernel / 2)));
    layers.put("conv2d", new Conv2d(in, out, kernel, ConvSpec.of(stride, 0), true));
    return new Sequential(layers);
  }

  private static Module doubling(int in, int out, Upsampling upsampling) {
    SequencedMap<String, Module> layers = new LinkedHashMap<>();
    switch (upsampling) {
      case TRANSPOSED ->
          layers.put(
              "conv_transpose2d", new ConvTranspose2d(in, out, 3, ConvSpec.of(2, 1), 1, true));
      case RESIZE -> {
        layers.put("upsample_layer", new Upsample(2));
        layers.put("reflection_pad", new ReflectionPad2d(Padding.all(1)));
        layers.put("conv2d", new Conv2d(in, out, 3, ConvSpec.of(1, 0), true));
      }
    }
    return new Sequential(layers);
  }
}
