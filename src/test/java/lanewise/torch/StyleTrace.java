package lanewise.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.io.TensorEntry;
import lanewise.model.BlockPadding;
import lanewise.model.Norm;
import lanewise.model.StyleNetwork;
import lanewise.model.TranslatorSpec;
import lanewise.model.Upsampling;
import lanewise.nn.Network;
import lanewise.perceptual.PerceptualFeatures;
import lanewise.perceptual.RandomFilters;
import lanewise.perceptual.Vgg;
import lanewise.torch.DcganTrace.Summary;
import lanewise.train.AdamOptions;
import lanewise.train.StateDict;
import lanewise.train.loss.PerceptualLoss;
import lanewise.train.loss.PerceptualLoss.Weights;

/** Training steps of fast style transfer: style-trace-*.json, whose comment is the format. */
record StyleTrace(
    Map<String, Object> options,
    Map<String, Object> streams,
    List<Step> steps,
    Map<String, Summary> firstGradients,
    Map<String, Summary> stateAfter) {
  private static final int[] CONVOLUTIONS = {2, 2, 3, 3};
  private static final float HALF_RANGE = 127.5f;

  record Step(double content, double style, double tv, double total) {
    static Step of(Object json) {
      Map<String, Double> step = Json.mapped(json, v -> ((Number) v).doubleValue());
      return new Step(step.get("content"), step.get("style"), step.get("tv"), step.get("total"));
    }
  }

  static StyleTrace read(String name) {
    Map<String, Object> fields = Json.mapped(Json.read("style-trace-" + name + ".json"), v -> v);
    return new StyleTrace(
        Json.mapped(fields.get("options"), v -> v),
        Json.mapped(fields.get("streams"), v -> v),
        ((List<?>) fields.get("steps")).stream().map(Step::of).toList(),
        Json.mapped(fields.get("gradients_of_first_step"), Summary::of),
        Json.mapped(fields.get("state_after_last_step"), Summary::of));
  }

  private double real(String option) {
    return ((Number) options.get(option)).doubleValue();
  }

  private int integer(String option) {
    return ((Number) options.get(option)).intValue();
  }

  private CounterStream stream(String name, int offset) {
    return new CounterStream(((Number) streams.get(name)).longValue() + offset);
  }

  StyleNetwork network() {
    return new StyleNetwork(
        new TranslatorSpec(
            TranslatorSpec.Kind.STYLE,
            3,
            3,
            integer("ngf"),
            integer("depth"),
            Norm.named((String) options.get("norm")),
            false,
            BlockPadding.REFLECT,
            Upsampling.RESIZE));
  }

  AdamOptions adam() {
    double[] betas = Json.doubles(options.get("betas"));
    return new AdamOptions(real("lr"), betas[0], betas[1]);
  }

  private Weights weights() {
    return new Weights(
        real("content_weight"),
        real("style_weight"),
        real("tv_weight"),
        (Boolean) options.get("relative"));
  }

  PerceptualFeatures features(Backend backend) {
    return options.get("features").equals("vgg")
        ? Vgg.of(backend, vgg(), "the trace")
        : new RandomFilters(backend, integer("seed"));
  }

  private List<TensorEntry> vgg() {
    int[] widths = Json.ints(options.get("widths"));
    List<TensorEntry> state = new ArrayList<>();
    int channels = 3;
    int convolution = 0;
    int index = 0;
    for (int block = 0; block < widths.length; block++) {
      int width = widths[block];
      for (int i = 0; i < CONVOLUTIONS[block]; i++) {
        float[] weight = stream("feature_stream", 2 * convolution).uniform(width * channels * 9);
        scale(weight, 6, channels * 9);
        float[] bias = stream("feature_stream", 2 * convolution + 1).uniform(width, 0.1f, 0);
        String name = "features." + index;
        state.add(new TensorEntry(name + ".weight", new long[] {width, channels, 3, 3}, weight));
        state.add(new TensorEntry(name + ".bias", new long[] {width}, bias));
        channels = width;
        convolution++;
        index += 2;
      }
      index++;
    }
    return state;
  }

  private static void scale(float[] values, double variance, int fanIn) {
    float factor = (float) Math.sqrt(variance / fanIn);
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
  }

  Shape photographs() {
    return images(integer("batch_size"));
  }

  private Shape images(int count) {
    return Shape.of(count, 3, integer("image_size"), integer("image_size"));
  }

  /** Of a step, counted from 1. */
  float[] photographs(int step) {
    return stream("image_stream", step).uniform(photographs().size(), HALF_RANGE, HALF_RANGE);
  }

  PerceptualLoss loss(Backend backend, PerceptualFeatures features) {
    Shape painting = images(1);
    return new PerceptualLoss(
        backend,
        features,
        features.defaultLayers(),
        weights(),
        stream("image_stream", 0).uniform(painting.size(), HALF_RANGE, HALF_RANGE),
        painting.h(),
        painting.w());
  }

  /** Sets the weights that the trace starts from. */
  void initialize(Network network) {
    List<TensorEntry> state = new ArrayList<>();
    for (TensorEntry entry : StateDict.of(network)) {
      state.add(new TensorEntry(entry.name(), entry.shape(), initial(entry)));
    }
    StateDict.load(network, state, "the trace");
  }

  private float[] initial(TensorEntry entry) {
    String name = entry.name();
    int count = entry.data().length;
    if (name.contains("running") || name.contains("tracked")) {
      return entry.data();
    }
    if (!streams.containsKey(name)) {
      return new float[count];
    }
    if (entry.shape().length == 1) {
      return stream(name, 0).uniform(count, 0.25f, name.endsWith("weight") ? 1 : 0);
    }
    float[] weight = stream(name, 0).uniform(count);
    scale(weight, 3, count / (int) entry.shape()[0]);
    if (name.startsWith("deconv3")) {
      for (int i = 0; i < count; i++) {
        weight[i] *= 30;
      }
    }
    return weight;
  }
}
