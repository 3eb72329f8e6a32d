package lanewise.cli;

import static java.util.stream.Collectors.joining;

import java.io.PrintWriter;
import java.util.List;
import lanewise.backend.Shape;
import lanewise.nn.LayerSummary;
import lanewise.nn.Network;
import lanewise.train.MeasuringOptions;
import lanewise.train.Task;
import lanewise.train.TaskOptions;
import lanewise.train.TrainOptions;
import lanewise.train.TrainingRun;

/** What a training is about to do, in words. */
record RunDescription(TrainingRun run, TaskOptions options) {
  /** Names take at least as much room. */
  private static final int SHORTEST_NAME = 10;

  void printTo(PrintWriter text) {
    Task task = run.task();
    Task.Description description = task.description();
    text.printf("data     %s as %s%n", description.data(), description.sample());
    text.printf(
        "model    %s, %s parameters%n",
        description.model(),
        description.networks().stream()
            .map(part -> "%,d".formatted(part.network().parameterCount()))
            .collect(joining(" + ")));
    text.println("backend  " + EngineArguments.describe(run.backend().description()));
    text.println("out      " + run.folder().path());
    long done = task.steps();
    text.printf(
        "steps    %,d of %d images%s, %,d an epoch%n",
        run.totalSteps(),
        task.samplesPerStep(),
        done == 0 ? "" : ", the first %,d are done".formatted(done),
        task.stepsPerEpoch());
    if (options instanceof TrainOptions gan && gan.measuring().metrics()) {
      MeasuringOptions measuring = gan.measuring();
      text.printf(
          "metrics  of %,d samples every %,d steps%n",
          measuring.metricsSamples(), measuring.metricsEvery());
    }
    text.flush();
  }

  /** Every layer of the networks. */
  void printNetworksTo(PrintWriter text) {
    for (Task.Description.Part part : run.task().description().networks()) {
      print(text, part.network().name(), part.network(), part.input());
    }
    text.flush();
  }

  private static void print(PrintWriter text, String name, Network network, Shape input) {
    List<LayerSummary> layers = network.layers(input);
    int longest = layers.stream().mapToInt(layer -> layer.name().length()).max().orElse(0);
    String row = "  %-" + Math.max(SHORTEST_NAME, longest) + "s %-31s %-14s %12s%n";
    text.printf("%n%s%n", name);
    text.printf(row, "NAME", "LAYER", "OUTPUT", "PARAMETERS");
    text.printf(row, "", "input", input, "");
    for (LayerSummary layer : layers) {
      text.printf(
          row, layer.name(), layer.layer(), layer.output(), "%,d".formatted(layer.parameters()));
    }
    text.printf(row, "", "total", "", "%,d".formatted(network.parameterCount()));
  }
}
