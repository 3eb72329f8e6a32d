package lanewise.cli;

import java.io.PrintWriter;
import lanewise.backend.Shape;
import lanewise.data.Dataset;
import lanewise.model.GanSpec;
import lanewise.nn.LayerSummary;
import lanewise.nn.Network;
import lanewise.train.ModelOptions;
import lanewise.train.TrainOptions;
import lanewise.train.TrainingRun;

/** What a training is about to do, in words. */
record RunDescription(TrainingRun run, TrainOptions options) {
  private static final String ROW = "  %-10s %-31s %-14s %12s%n";

  void printTo(PrintWriter text) {
    Dataset data = run.data();
    text.printf(
        "data     %s as %d x %d x %d%n", data.name(), data.channels(), data.height(), data.width());
    text.printf(
        "model    %s, %s, %,d + %,d parameters%n",
        options.model().arch(),
        norms(options.model()),
        run.trainer().generator().parameterCount(),
        run.trainer().discriminator().parameterCount());
    text.println("backend  " + EngineArguments.describe(run.backend().description()));
    text.println("out      " + run.folder().path());
    int perStep = run.trainer().recipe().samplesPerStep();
    long done = run.trainer().steps();
    text.printf(
        "steps    %,d of %d images%s, %,d an epoch%n",
        run.totalSteps(),
        perStep,
        done == 0 ? "" : ", the first %,d are done".formatted(done),
        data.size() / perStep);
    if (options.measuring().metrics()) {
      text.printf(
          "metrics  of %,d samples every %,d steps%n",
          options.measuring().metricsSamples(), options.measuring().metricsEvery());
    }
    text.flush();
  }

  private static String norms(ModelOptions model) {
    return model.normG().equals(model.normD())
        ? "--norm " + model.normG()
        : "--norm-g %s --norm-d %s".formatted(model.normG(), model.normD());
  }

  /** Every layer of both networks. */
  void printNetworksTo(PrintWriter text) {
    GanSpec spec = run.trainer().model().spec();
    int batch = options.optimizer().batchSize();
    print(text, "generator", run.trainer().generator(), spec.latentShape(batch));
    print(text, "discriminator", run.trainer().discriminator(), spec.judgedShape(batch));
    text.flush();
  }

  private static void print(PrintWriter text, String name, Network network, Shape input) {
    text.printf("%n%s%n", name);
    text.printf(ROW, "NAME", "LAYER", "OUTPUT", "PARAMETERS");
    text.printf(ROW, "", "input", input, "");
    for (LayerSummary layer : network.layers(input)) {
      text.printf(
          ROW, layer.name(), layer.layer(), layer.output(), "%,d".formatted(layer.parameters()));
    }
    text.printf(ROW, "", "total", "", "%,d".formatted(network.parameterCount()));
  }
}
