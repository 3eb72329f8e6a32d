package lanewise.perceptual;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lanewise.UserException;
import lanewise.autograd.Functional;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.ConvSpec;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;
import lanewise.io.TensorEntry;

/**
 * The convolutions of a VGG network (Simonyan and Zisserman 2015) by torchvision's names, {@code
 * features.0.weight} and so on; its classifier is not needed.
 *
 * <p>Each convolution is 3 x 3 with padding 1 and followed by ReLU; where torchvision's numbering
 * leaves room, a max pool of 2 x 2 follows. So the weights alone say whether it is VGG-11, 13, 16
 * or 19, and how wide. Layers are named as in the literature: {@code relu3_2} is the second of the
 * third block.
 */
public final class Vgg implements PerceptualFeatures {
  private static final Pattern NAME = Pattern.compile("features\\.(\\d{1,3})\\.(weight|bias)");
  private static final ConvSpec SAME = ConvSpec.of(1, 1);
  private static final int CONVOLUTIONS_OF_VGG19 = 16;
  private static final int KERNEL = 3;
  private static final PoolSpec POOL = PoolSpec.of(2, 2, 0);

  private final List<Layer> layers;
  private final Normalizer input;
  private final String description;

  /** A convolution with its ReLU, and whether a pool comes before it. */
  private record Layer(String name, boolean pooled, Variable weight, Variable bias) {}

  private Vgg(Backend backend, List<Layer> layers) {
    this.layers = layers;
    input = new Normalizer(backend, InputScale.IMAGENET);
    description = "VGG-%d".formatted(layers.size() + 3);
  }

  /**
   * A network of the given weights.
   *
   * @param state all of torchvision's state dict, or its {@code features} alone
   * @param source where it comes from, for messages
   * @throws UserException if these are not the weights of such a network
   */
  public static Vgg of(Backend backend, List<TensorEntry> state, String source) {
    TreeMap<Integer, TensorEntry> weights = new TreeMap<>();
    Map<Integer, TensorEntry> biases = new LinkedHashMap<>();
    for (TensorEntry entry : state) {
      Matcher name = NAME.matcher(entry.name());
      if (name.matches()) {
        (name.group(2).equals("weight") ? weights : biases)
            .put(Integer.valueOf(name.group(1)), entry);
      }
    }
    check(weights, biases, source);
    return new Vgg(backend, layers(backend, weights, biases));
  }

  private static void check(
      TreeMap<Integer, TensorEntry> weights, Map<Integer, TensorEntry> biases, String source) {
    int expected = 0;
    long channels = 3;
    for (Map.Entry<Integer, TensorEntry> each : weights.entrySet()) {
      int index = each.getKey();
      long[] shape = each.getValue().shape();
      TensorEntry bias = biases.get(index);
      boolean follows = index == expected || index == expected + 1 && expected > 0;
      boolean fits =
          follows
              && shape.length == 4
              && shape[1] == channels
              && shape[2] == KERNEL
              && shape[3] == KERNEL
              && bias != null
              && Arrays.equals(bias.shape(), new long[] {shape[0]});
      if (!fits) {
        throw new UserException(
            ("%s is not a VGG network without batch norm by torchvision's names: %s %s does not"
                    + " follow; give the weights of vgg16 or vgg19")
                .formatted(source, each.getValue().name(), Arrays.toString(shape)));
      }
      channels = shape[0];
      expected = index + 2;
    }
    if (weights.isEmpty()) {
      throw new UserException(
          source + " has no tensor features.0.weight: give the weights of torchvision's vgg16");
    }
  }

  private static List<Layer> layers(
      Backend backend, TreeMap<Integer, TensorEntry> weights, Map<Integer, TensorEntry> biases) {
    List<Layer> layers = new ArrayList<>();
    int block = 1;
    int inBlock = 0;
    int expected = 0;
    for (Map.Entry<Integer, TensorEntry> each : weights.entrySet()) {
      boolean pooled = each.getKey() > expected;
      block += pooled ? 1 : 0;
      inBlock = pooled ? 1 : inBlock + 1;
      expected = each.getKey() + 2;
      long[] s = each.getValue().shape();
      Shape filter = Shape.filter((int) s[0], (int) s[1], KERNEL, KERNEL);
      layers.add(
          new Layer(
              "relu%d_%d".formatted(block, inBlock),
              pooled,
              Constants.upload(backend, filter, each.getValue().data()),
              Constants.upload(
                  backend, Shape.vector((int) s[0]), biases.get(each.getKey()).data())));
    }
    return layers;
  }

  @Override
  public List<String> layers() {
    return layers.stream().map(Layer::name).toList();
  }

  /**
   * For VGG-19 as Gatys et al. (2016), for the others as PyTorch's example of fast style transfer:
   * the last layers of the first four blocks, the content being that of the second.
   */
  @Override
  public PerceptualLayers defaultLayers() {
    if (layers.size() == CONVOLUTIONS_OF_VGG19) {
      return new PerceptualLayers(
          List.of("relu4_2"), List.of("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"));
    }
    List<String> last = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      if (i + 1 == layers.size() || layers.get(i + 1).pooled()) {
        last.add(layers.get(i).name());
      }
    }
    return new PerceptualLayers(
        List.of(last.get(Math.min(1, last.size() - 1))), last.subList(0, Math.min(4, last.size())));
  }

  @Override
  public Map<String, Variable> of(Variable images, Collection<String> wanted) {
    Set<String> missing = new HashSet<>(wanted);
    Map<String, Variable> features = new LinkedHashMap<>();
    Variable x = input.apply(images);
    for (Layer layer : layers) {
      if (missing.isEmpty()) {
        break;
      }
      Variable in = layer.pooled() ? Functional.maxPool(x, POOL) : x;
      x =
          Functional.biasActivation(
              Functional.conv2d(in, layer.weight(), SAME), layer.bias(), Activation.RELU);
      if (missing.remove(layer.name())) {
        features.put(layer.name(), x);
      }
    }
    return features;
  }

  @Override
  public int smallestSide() {
    return 1 << layers.stream().filter(Layer::pooled).count();
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public void close() {
    input.close();
    for (Layer layer : layers) {
      layer.weight().tensor().close();
      layer.bias().tensor().close();
    }
  }
}
