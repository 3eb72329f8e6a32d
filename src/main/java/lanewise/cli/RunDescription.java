package lanewise.cli;

import java.io.PrintWriter;
import lanewise.backend.Shape;
import lanewise.data.Dataset;
import lanewise.model.Dcgan;
import lanewise.nn.LayerSummary;
import lanewise.nn.Network;
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
        "model    DCGAN, --norm %s, %,d + %,d parameters%n",
        options.norm(),
        run.trainer().generator().parameterCount(),
        run.trainer().discriminator().parameterCount());
    text.println("backend  " + EngineArguments.describe(run.backend().description()));
    text.println("out      " + run.folder().path());
    long perEpoch = data.size() / options.batchSize();
    long done = run.trainer().steps();
    text.printf(
        "steps    %,d of %d images%s, %,d an epoch%n",
        run.totalSteps(),
        options.batchSize(),
        done == 0 ? "" : ", the first %,d are done".formatted(done),
        perEpoch);
    text.flush();
  }

  /** Every layer of both networks. */
  void printNetworksTo(PrintWriter text) {
    Dcgan model = options.model(run.data().channels());
    print(text, "generator", run.trainer().generator(), model.latentShape(options.batchSize()));
    print(
        text,
        "discriminator",
        run.trainer().discriminator(),
        model.imageShape(options.batchSize()));
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
