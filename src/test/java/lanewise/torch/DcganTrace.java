package lanewise.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.io.TensorEntry;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.nn.Network;
import lanewise.train.AdamOptions;
import lanewise.train.StateDict;

/** Training steps of PyTorch's DCGAN example: dcgan-trace-*.json, whose comment is the format. */
record DcganTrace(
    Map<String, Object> options,
    Map<String, Object> streams,
    long imageStream,
    long latentStream,
    CounterStream checkStream,
    double[] checkValues,
    List<Step> steps,
    Map<String, Map<String, Summary>> firstGradients,
    Map<String, Map<String, Summary>> stateAfter) {

  private static final float SIGMA_WEIGHT = 0.034641016f;
  private static final float SIGMA_LATENT = 1.7320508f;

  record Step(double lossD, double lossG, double dReal, double dFake) {
    static Step of(Object json) {
      Map<String, Object> step = Json.mapped(json, v -> v);
      return new Step(
          real(step, "loss_d"), real(step, "loss_g"), real(step, "d_real"), real(step, "d_fake"));
    }
  }

  /** What is recorded of a tensor: root mean square, mean, and evenly spaced elements. */
  record Summary(int[] shape, double rms, double mean, double[] sample) {
    static Summary of(Object json) {
      Map<String, Object> fields = Json.mapped(json, v -> v);
      int[] shape = Json.ints(fields.get("shape"));
      int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
      return new Summary(
          shape,
          real(fields, "l2") / Math.sqrt(size),
          real(fields, "mean"),
          Json.doubles(fields.get("data")));
    }

    /** The same of a tensor of ours. */
    static Summary of(TensorEntry tensor, int samples) {
      float[] data = tensor.data();
      double sum = 0;
      double squares = 0;
      for (float x : data) {
        sum += x;
        squares += (double) x * x;
      }
      double[] sample = new double[samples];
      for (int k = 0; k < samples; k++) {
        sample[k] = data[k * data.length / samples];
      }
      int[] shape = Arrays.stream(tensor.shape()).mapToInt(Math::toIntExact).toArray();
      return new Summary(shape, Math.sqrt(squares / data.length), sum / data.length, sample);
    }
  }

  static DcganTrace read(String name) {
    Map<String, Object> fields = Json.mapped(Json.read("dcgan-trace-" + name + ".json"), v -> v);
    Map<String, Object> streams = Json.mapped(fields.get("streams"), v -> v);
    Map<String, Object> check = Json.mapped(fields.get("uniform_check"), v -> v);
    return new DcganTrace(
        Json.mapped(fields.get("options"), v -> v),
        streams,
        integer(streams, "image_stream"),
        integer(streams, "latent_stream"),
        new CounterStream(integer(check, "stream")),
        Json.doubles(check.get("u")),
        ((List<?>) fields.get("steps")).stream().map(Step::of).toList(),
        summaries(fields.get("gradients_of_first_step")),
        summaries(fields.get("state_after_last_step")));
  }

  private static Map<String, Map<String, Summary>> summaries(Object json) {
    return Json.mapped(json, network -> Json.mapped(network, Summary::of));
  }

  private static double real(Map<String, Object> fields, String key) {
    return ((Number) fields.get(key)).doubleValue();
  }

  private static int integer(Map<String, Object> fields, String key) {
    return ((Number) fields.get(key)).intValue();
  }

  int batchSize() {
    return integer(options, "batch_size");
  }

  Dcgan model() {
    return new Dcgan(
        integer(options, "image_size"),
        integer(options, "nc"),
        integer(options, "nz"),
        integer(options, "ngf"),
        integer(options, "ndf"),
        Norm.named((String) options.get("norm")));
  }

  AdamOptions adam() {
    double[] betas = Json.doubles(options.get("betas"));
    return new AdamOptions(real(options, "lr"), betas[0], betas[1]);
  }

  /** Sets the weights that the trace starts from. */
  void initialize(String name, Network network) {
    Map<String, Object> numbers = Json.mapped(streams.get(name), v -> v);
    List<TensorEntry> state = new ArrayList<>();
    for (TensorEntry entry : StateDict.of(network)) {
      state.add(new TensorEntry(entry.name(), entry.shape(), initial(entry, numbers)));
    }
    StateDict.load(network, state, "the trace");
  }

  private static float[] initial(TensorEntry entry, Map<String, Object> numbers) {
    int count = entry.data().length;
    if (entry.name().endsWith("weight")) {
      boolean ofNorm = entry.shape().length == 1;
      CounterStream stream = new CounterStream(integer(numbers, entry.name()));
      return stream.uniform(count, SIGMA_WEIGHT, ofNorm ? 1 : 0);
    }
    return entry.name().endsWith("bias") ? new float[count] : entry.data();
  }

  /** The real images of each step, in PyTorch's order. */
  List<float[]> images() {
    int size = model().imageShape(batchSize()).size();
    List<float[]> batches = new ArrayList<>();
    if (options.get("data").equals("synthetic")) {
      for (int step = 1; step <= steps.size(); step++) {
        batches.add(new CounterStream(imageStream + step).uniform(size));
      }
      return batches;
    }
    Dataset data =
        Datasets.open("fashion-mnist-10k", integer(options, "image_size"), 1, 0, log -> {});
    for (int first = 0; batches.size() < steps.size(); first += batchSize()) {
      float[] batch = new float[size];
      for (int i = 0; i < batchSize(); i++) {
        data.read(first + i, batch, i * (size / batchSize()));
      }
      batches.add(batch);
    }
    return batches;
  }

  /** The latents of one step, from 1. */
  float[] latents(int step) {
    int count = model().latentShape(batchSize()).size();
    return new CounterStream(latentStream + step).uniform(count, SIGMA_LATENT, 0);
  }
}
