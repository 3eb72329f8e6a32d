package lanewise.torch;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import lanewise.backend.Shape;
import lanewise.model.BlockPadding;
import lanewise.model.Norm;
import lanewise.model.PatchDiscriminator;
import lanewise.model.PixelDiscriminator;
import lanewise.model.TranslatorSpec;
import lanewise.model.TranslatorSpec.Kind;
import lanewise.model.Upsampling;
import lanewise.nn.Module;
import lanewise.torch.DcganTrace.Summary;

/** One case of networks.json, whose script says what it holds. */
record NetworkCase(
    String name,
    String kind,
    Map<String, Object> attributes,
    long stream,
    Shape x,
    List<String> names,
    Summary y,
    Summary dx,
    Map<String, Summary> gradients) {

  static List<NetworkCase> all() {
    return ((List<?>) Json.read("networks.json")).stream().map(NetworkCase::of).toList();
  }

  private static NetworkCase of(Object json) {
    Map<String, Object> fields = Json.mapped(json, v -> v);
    int[] x = Json.ints(fields.get("x"));
    return new NetworkCase(
        (String) fields.get("name"),
        (String) fields.get("kind"),
        Json.mapped(fields.get("attributes"), v -> v),
        ((Number) fields.get("stream")).longValue(),
        Shape.of(x[0], x[1], x[2], x[3]),
        ((List<?>) fields.get("names")).stream().map(String.class::cast).toList(),
        Summary.of(fields.get("y")),
        Summary.of(fields.get("dx")),
        Json.mapped(fields.get("gradients"), Summary::of));
  }

  /** Whether it translates images, and does not judge them. */
  boolean isTranslator() {
    return !kind.equals("patch") && !kind.equals("pixel");
  }

  Module network() {
    return switch (kind) {
      case "patch" -> new PatchDiscriminator(at("channels"), at("ndf"), at("layers"), norm());
      case "pixel" -> new PixelDiscriminator(at("channels"), at("ndf"), norm());
      default -> translator().network();
    };
  }

  TranslatorSpec translator() {
    return switch (kind) {
      case "resnet" ->
          new TranslatorSpec(
              Kind.RESNET,
              at("channels"),
              at("channels"),
              at("ngf"),
              at("blocks"),
              norm(),
              false,
              BlockPadding.named(text("padding")),
              Upsampling.TRANSPOSED);
      case "unet" ->
          TranslatorSpec.unet(
              at("in_channels"), at("out_channels"), at("ngf"), at("depth"), norm(), false);
      case "style" ->
          new TranslatorSpec(
              Kind.STYLE,
              3,
              3,
              at("ngf"),
              at("blocks"),
              norm(),
              false,
              BlockPadding.REFLECT,
              Upsampling.named(text("upsampling")));
      default -> throw new AssertionError("No test knows the network " + kind);
    };
  }

  /** The numbers that the i-th parameter starts with. */
  float[] start(int i, long[] dimensions, String parameter) {
    int count = 1;
    for (long size : dimensions) {
      count *= (int) size;
    }
    CounterStream u = new CounterStream(stream + i);
    if (dimensions.length == 4) {
      return u.uniform(count, (float) (1.7 / Math.sqrt((double) count / dimensions[0])), 0);
    }
    return u.uniform(count, 0.5f, parameter.endsWith("weight") ? 1 : 0);
  }

  /** The elements of the input. */
  float[] input() {
    return new CounterStream(stream - 1).uniform(x.size());
  }

  /** The elements of the result's cotangent. */
  float[] cotangent(Shape y) {
    return new CounterStream(stream - 2).uniform(y.size());
  }

  /** The names of the state dict, sorted. */
  TreeSet<String> sortedNames() {
    return new TreeSet<>(names);
  }

  private Norm norm() {
    return Norm.named(text("norm"));
  }

  private String text(String attribute) {
    return (String) attributes.get(attribute);
  }

  private int at(String attribute) {
    return ((Number) attributes.get(attribute)).intValue();
  }

  @Override
  public String toString() {
    return name;
  }
}
