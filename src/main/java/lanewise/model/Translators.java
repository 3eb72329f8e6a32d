package lanewise.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lanewise.UserException;
import lanewise.model.TranslatorSpec.Kind;

/**
 * Tells from the names and dimensions of a state dict which {@link TranslatorSpec} it fits.
 *
 * <p>What they do not tell is taken as the originals have it: half of the features of a U-Net may
 * have been dropped in training, and the borders of residual blocks are mirrored unless they are
 * zeros.
 */
public final class Translators {
  /** Before each name where a network was saved inside {@code torch.nn.DataParallel}. */
  private static final String PARALLEL = "module.";

  private static final int NAMED_AT_MOST = 4;

  /** Sizes of a damaged or hostile file are refused before anything is multiplied by them. */
  private static final int MOST_CHANNELS = 1024;

  private static final Pattern RESNET_BLOCK =
      Pattern.compile("model\\.(\\d+)\\.conv_block\\.(\\d+)\\.weight");
  private static final Pattern STYLE_BLOCK = Pattern.compile("res(\\d+)\\.conv1\\.conv2d\\.weight");

  private Translators() {}

  /**
   * What was recognised.
   *
   * @param names of the network's state dict, each with its name in the given one; entries of that
   *     which are not among them have no effect
   */
  public record Recognised(TranslatorSpec spec, SequencedMap<String, String> names) {}

  /**
   * The network that has a state dict of these names and dimensions.
   *
   * <p>Left out are the running averages of instance norm that old versions of PyTorch saved and
   * that the originals drop as well.
   *
   * @throws UserException if there is none; says what did not match
   */
  public static Recognised recognise(Map<String, long[]> dimensions) {
    Weights weights = Weights.of(dimensions);
    TranslatorSpec spec = guess(weights);
    SequencedMap<String, long[]> expected = spec.network().stateDimensions();
    requireMatch(spec, expected, weights);
    SequencedMap<String, String> names = new LinkedHashMap<>();
    for (String name : expected.keySet()) {
      if (weights.has(name)) {
        names.put(name, weights.prefix + name);
      }
    }
    return new Recognised(spec, names);
  }

  private static TranslatorSpec guess(Weights weights) {
    if (weights.has("conv1.conv2d.weight")) {
      return style(weights);
    }
    if (weights.has("model.model.0.weight")) {
      return unet(weights);
    }
    if (weights.has("model.1.weight") && weights.has("model.4.weight")) {
      return resnet(weights);
    }
    if (weights.has("model.0.weight") || weights.has("net.0.weight")) {
      throw new UserException(
          "it is a PatchGAN discriminator, which judges images; give the generator");
    }
    throw new UserException(
        "its names (%s) are not those of a CycleGAN or pix2pix generator or of a style network of"
                .formatted(abbreviated(List.copyOf(weights.dimensions.keySet())))
            + " PyTorch's examples");
  }

  private static TranslatorSpec resnet(Weights weights) {
    TreeSet<Integer> blocks = new TreeSet<>();
    TreeSet<Integer> convolutions = new TreeSet<>();
    int last = 0;
    for (Map.Entry<String, long[]> entry : weights.dimensions.entrySet()) {
      Matcher name = RESNET_BLOCK.matcher(entry.getKey());
      if (entry.getValue().length != 4) {
        continue;
      }
      if (name.matches()) {
        blocks.add(Integer.parseInt(name.group(1)));
        convolutions.add(Integer.parseInt(name.group(2)));
      } else if (entry.getKey().matches("model\\.\\d+\\.weight")) {
        last = Math.max(last, Integer.parseInt(entry.getKey().split("\\.")[1]));
      }
    }
    // Without padding layers the first convolution of a block is 0; dropout moves the second on.
    boolean zeros = convolutions.contains(0);
    boolean dropout = convolutions.contains(zeros ? 4 : 6);
    return new TranslatorSpec(
        Kind.RESNET,
        weights.channels("model.1.weight", 1),
        weights.channels("model.%d.weight".formatted(last), 0),
        weights.channels("model.1.weight", 0),
        blocks.size(),
        weights.norm("model.2", weights.has("model.1.bias")),
        dropout,
        zeros ? BlockPadding.ZERO : BlockPadding.REFLECT,
        Upsampling.TRANSPOSED);
  }

  private static TranslatorSpec unet(Weights weights) {
    int depth = 1;
    for (String level = "model.model.1.model.";
        weights.has(level + "1.weight");
        level += "3.model.") {
      depth++;
    }
    String second = "model.model.1.model.";
    return TranslatorSpec.unet(
        weights.channels("model.model.0.weight", 1),
        weights.channels("model.model.3.weight", 1),
        weights.channels("model.model.0.weight", 0),
        depth,
        weights.norm(second + "2", weights.has(second + "1.bias")),
        false);
  }

  private static TranslatorSpec style(Weights weights) {
    int blocks = 0;
    for (String name : weights.dimensions.keySet()) {
      blocks += STYLE_BLOCK.matcher(name).matches() ? 1 : 0;
    }
    boolean transposed = weights.has("deconv1.conv_transpose2d.weight");
    return new TranslatorSpec(
        Kind.STYLE,
        weights.channels("conv1.conv2d.weight", 1),
        weights.channels("deconv3.conv2d.weight", 0),
        weights.channels("conv1.conv2d.weight", 0),
        blocks,
        weights.norm("in1", !weights.has("in1.num_batches_tracked")),
        false,
        BlockPadding.REFLECT,
        transposed ? Upsampling.TRANSPOSED : Upsampling.RESIZE);
  }

  // ---- comparison

  private static void requireMatch(
      TranslatorSpec spec, SequencedMap<String, long[]> expected, Weights weights) {
    List<String> missing = new ArrayList<>();
    List<String> different = new ArrayList<>();
    expected.forEach(
        (name, wanted) -> {
          long[] given = weights.dimensions.get(name);
          if (given == null && !name.endsWith(".num_batches_tracked")) {
            missing.add(name);
          } else if (given != null && !Arrays.equals(given, wanted)) {
            different.add("%s is %s, not %s".formatted(name, sizes(given), sizes(wanted)));
          }
        });
    List<String> unexpected = new ArrayList<>();
    for (String name : weights.dimensions.keySet()) {
      if (!expected.containsKey(name) && !isRunningAverage(name)) {
        unexpected.add(name);
      }
    }
    List<String> complaints = new ArrayList<>();
    complain(complaints, "%d missing: ", missing);
    complain(complaints, "%d unexpected: ", unexpected);
    complain(complaints, "%d of other sizes: ", different);
    if (!complaints.isEmpty()) {
      throw new UserException(
          "it looks like a %s, but of its tensors there are %s"
              .formatted(spec, String.join("; ", complaints)));
    }
  }

  private static void complain(List<String> complaints, String about, List<String> names) {
    if (!names.isEmpty()) {
      complaints.add(about.formatted(names.size()) + abbreviated(names));
    }
  }

  private static boolean isRunningAverage(String name) {
    return name.endsWith(".running_mean")
        || name.endsWith(".running_var")
        || name.endsWith(".num_batches_tracked");
  }

  private static String sizes(long[] dimensions) {
    return Arrays.stream(dimensions).mapToObj(Long::toString).collect(Collectors.joining("x"));
  }

  private static String abbreviated(List<String> names) {
    String first = names.stream().limit(NAMED_AT_MOST).collect(Collectors.joining(", "));
    return names.size() > NAMED_AT_MOST ? first + ", ..." : first;
  }

  /**
   * A state dict's dimensions.
   *
   * @param prefix that was taken off every name
   */
  private record Weights(Map<String, long[]> dimensions, String prefix) {

    static Weights of(Map<String, long[]> dimensions) {
      String prefix =
          dimensions.keySet().stream().allMatch(name -> name.startsWith(PARALLEL)) ? PARALLEL : "";
      Map<String, long[]> named = new LinkedHashMap<>();
      dimensions.forEach((name, sizes) -> named.put(name.substring(prefix.length()), sizes));
      return new Weights(named, prefix);
    }

    boolean has(String name) {
      return dimensions.containsKey(name);
    }

    /** How many channels the weight of a convolution has along a dimension. */
    int channels(String name, int dimension) {
      long[] sizes = dimensions.get(name);
      if (sizes == null) {
        throw new UserException("it has no weight " + name);
      }
      if (sizes.length != 4 || sizes[dimension] < 1 || sizes[dimension] > MOST_CHANNELS) {
        throw new UserException(
            "its %s is %s, not the weight of a convolution of at most %d channels"
                .formatted(name, sizes(sizes), MOST_CHANNELS));
      }
      return (int) sizes[dimension];
    }

    /**
     * The norm of a layer.
     *
     * @param instance whether it can only be instance norm, if it is one of the usual two
     */
    Norm norm(String layer, boolean instance) {
      if (has(layer + ".weight")) {
        return instance ? Norm.INSTANCE : Norm.BATCH;
      }
      return instance ? Norm.INSTANCE_PLAIN : Norm.NONE;
    }
  }
}
