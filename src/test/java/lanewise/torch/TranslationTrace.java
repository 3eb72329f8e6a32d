package lanewise.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.io.TensorEntry;
import lanewise.model.Norm;
import lanewise.model.TranslatorSpec;
import lanewise.nn.Network;
import lanewise.torch.DcganTrace.Summary;
import lanewise.train.AdamOptions;
import lanewise.train.StateDict;
import lanewise.train.translation.CycleGanRecipe;
import lanewise.train.translation.CycleGanTrainer;
import lanewise.train.translation.DiscriminatorSpec;
import lanewise.train.translation.GanMode;
import lanewise.train.translation.LinearDecay;
import lanewise.train.translation.PairBatch;
import lanewise.train.translation.PairBatch.Images;
import lanewise.train.translation.Pix2pixRecipe;
import lanewise.train.translation.Pix2pixTrainer;
import lanewise.train.translation.TranslationTrainer;

/** Training steps of translation-*.json, whose script says what they hold. */
record TranslationTrace(
    String kind,
    Map<String, Object> attributes,
    Map<String, Object> networks,
    long imageStream,
    List<Map<String, Double>> steps,
    Map<String, Map<String, Summary>> gradients,
    Map<String, Map<String, Summary>> state) {

  static TranslationTrace read(String name) {
    Map<String, Object> fields = Json.mapped(Json.read("translation-" + name + ".json"), v -> v);
    return new TranslationTrace(
        (String) fields.get("kind"),
        Json.mapped(fields.get("attributes"), v -> v),
        Json.mapped(fields.get("networks"), v -> v),
        ((Number) fields.get("image_stream")).longValue(),
        ((List<?>) fields.get("steps"))
            .stream().map(step -> Json.mapped(step, v -> ((Number) v).doubleValue())).toList(),
        Json.mapped(fields.get("gradients"), of -> Json.mapped(of, Summary::of)),
        Json.mapped(fields.get("state"), of -> Json.mapped(of, Summary::of)));
  }

  /** A trainer with the weights that the trace starts from. */
  TranslationTrainer trainer(Backend backend) {
    TranslationTrainer trainer =
        switch (kind) {
          case "pix2pix" -> new Pix2pixTrainer(backend, pix2pix(), integer("seed"), true);
          case "cyclegan" -> new CycleGanTrainer(backend, cycleGan(), integer("seed"), true);
          default -> throw new AssertionError("No test knows the training " + kind);
        };
    trainer.networks().forEach(this::initialize);
    return trainer;
  }

  private Pix2pixRecipe pix2pix() {
    int channels = shape("a").c() + shape("b").c();
    boolean pixel = attributes.get("net_d").equals("pixel");
    return new Pix2pixRecipe(
        TranslatorSpec.unet(
            shape("a").c(),
            shape("b").c(),
            integer("ngf"),
            integer("depth"),
            norm(),
            (Boolean) attributes.get("dropout")),
        discriminator(
            pixel ? DiscriminatorSpec.Kind.PIXEL : DiscriminatorSpec.Kind.BASIC, channels),
        mode(),
        (float) real("gp"),
        (float) real("lambda_l1"),
        adam(),
        LinearDecay.NONE);
  }

  private CycleGanRecipe cycleGan() {
    return new CycleGanRecipe(
        TranslatorSpec.resnet(shape("a").c(), integer("ngf"), integer("blocks"), norm()),
        discriminator(DiscriminatorSpec.Kind.BASIC, shape("b").c()),
        mode(),
        (float) real("gp"),
        (float) real("lambda_a"),
        (float) real("lambda_b"),
        (float) real("lambda_identity"),
        integer("pool_size"),
        adam(),
        LinearDecay.NONE);
  }

  private DiscriminatorSpec discriminator(DiscriminatorSpec.Kind kind, int channels) {
    return new DiscriminatorSpec(kind, channels, integer("ndf"), 3, norm());
  }

  private Norm norm() {
    return Norm.named((String) attributes.get("norm"));
  }

  private GanMode mode() {
    return GanMode.named((String) attributes.get("mode"));
  }

  private AdamOptions adam() {
    return new AdamOptions(real("lr"), real("beta1"), 0.999);
  }

  private void initialize(String name, Network network) {
    long stream = ((Number) networks.get(name)).longValue();
    List<TensorEntry> state = new ArrayList<>();
    int parameter = 0;
    for (TensorEntry entry : StateDict.of(network)) {
      boolean trained = entry.name().endsWith("weight") || entry.name().endsWith("bias");
      float[] data = trained ? start(stream + parameter++, entry) : entry.data();
      state.add(new TensorEntry(entry.name(), entry.shape(), data));
    }
    StateDict.load(network, state, "the trace");
  }

  private static float[] start(long stream, TensorEntry entry) {
    int count = entry.data().length;
    CounterStream u = new CounterStream(stream);
    if (entry.shape().length == 4) {
      return u.uniform(count, (float) (1.7 / Math.sqrt((double) count / entry.shape()[0])), 0);
    }
    return u.uniform(count, 0.5f, entry.name().endsWith("weight") ? 1 : 0);
  }

  /** The pictures of a step, counted from 1. */
  PairBatch pictures(int step) {
    return new PairBatch(
        images(imageStream + 2L * step, "a"), images(imageStream + 2L * step + 1, "b"));
  }

  private Images images(long stream, String kind) {
    Shape shape = shape(kind);
    return new Images(shape, new CounterStream(stream).uniform(shape.size()));
  }

  /** Of all gradients that the trace holds of a network. */
  static Map<String, TensorEntry> gradients(Network network) {
    Map<String, TensorEntry> gradients = new LinkedHashMap<>();
    network
        .state()
        .forEach(
            (name, p) -> {
              if (p.gradient() != null) {
                float[] data = new float[p.shape().size()];
                network.backend().read(p.gradient(), data);
                gradients.put(name, new TensorEntry(name, p.dimensions(), data));
              }
            });
    return gradients;
  }

  private Shape shape(String kind) {
    int[] sizes = Json.ints(attributes.get(kind));
    return Shape.of(sizes[0], sizes[1], sizes[2], sizes[3]);
  }

  private int integer(String attribute) {
    return ((Number) attributes.get(attribute)).intValue();
  }

  private double real(String attribute) {
    return ((Number) attributes.get(attribute)).doubleValue();
  }

  /** The largest element recorded of any of a network's gradients. */
  double scale(String network) {
    return gradients.get(network).values().stream()
        .flatMapToDouble(of -> Arrays.stream(of.sample()))
        .map(Math::abs)
        .max()
        .orElseThrow();
  }
}
