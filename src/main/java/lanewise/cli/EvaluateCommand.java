package lanewise.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.backend.Backend;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.evaluate.ImageEvaluation;
import lanewise.evaluate.Samples;
import lanewise.evaluate.Scores;
import lanewise.train.Judge;
import lanewise.train.RunFolder;
import lanewise.train.TrainOptions;
import lanewise.train.TrainedGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures what a generator has learned. */
@Command(
    name = "evaluate",
    description = {
      "Measures a trained generator, or images made elsewhere, beside real data.",
      "Images are compared on the features of a small classifier of Lanewise's own: the figures are"
          + " comparable with each other, not with published ones on Inception's features."
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise evaluate --model runs/fashion-mnist-batch-1",
      "  lanewise evaluate --model generator.safetensors --norm instance --data fashion-mnist",
      "  lanewise evaluate --images generated/ --data photos/ --classifier photos.safetensors"
    })
final class EvaluateCommand implements Runnable {
  /** The usual one, where no run tells its own. */
  private static final int BATCH_SIZE = 64;

  @Spec private CommandSpec spec;

  @Mixin private GeneratorArguments model;

  @Option(
      names = "--images",
      paramLabel = "DATA",
      description = "Images to measure instead of a model's, in any form that train takes.")
  private String images;

  @Option(
      names = "--image-size",
      paramLabel = "PIXELS",
      description = "Side to which --images are brought. Default: their own")
  private int imageSize;

  @Option(
      names = {"-d", "--data"},
      paramLabel = "DATA",
      description = "The real data, as for train. Default: what the run was trained on")
  private String data;

  @Option(
      names = {"-n", "--samples"},
      paramLabel = "N",
      defaultValue = "10000",
      description = {
        "How many to generate, and how many real ones to compare them with.",
        "Figures of different numbers are not comparable. Default: ${DEFAULT-VALUE}"
      })
  private int samples;

  @Option(
      names = "--classifier",
      paramLabel = "FILE",
      description = {
        "On whose features images are compared; see 'lanewise classifier'.",
        "Default: the one that comes with Lanewise, for fashion-mnist at 32 pixels"
      })
  private Path classifier;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the latents and of which real samples. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(names = "--json", description = "Print one JSON object instead of a table.")
  private boolean json;

  @Mixin private EngineArguments engine;

  @Override
  public void run() {
    check();
    PrintWriter log = spec.commandLine().getErr();
    try (Backend backend = engine.open()) {
      if (model.path() == null) {
        Dataset generated = Datasets.open(images, imageSize, 0, seed, log::println);
        String name = Datasets.resolve(data);
        try (Judge judge = judge(backend, name, Samples.of(generated))) {
          print(generated.name(), judge, judge.score(generated));
        }
      } else {
        evaluateModel(backend);
      }
    }
  }

  private void check() {
    if ((model.path() == null) == (images == null)) {
      throw usage("give either --model RUN or --images DATA");
    }
    if (images != null && data == null) {
      throw usage("--images needs the real ones to compare with: give --data");
    }
    if (model.path() != null && imageSize != 0) {
      throw usage("--image-size is for --images: a model has a size of its own");
    }
    if (samples < ImageEvaluation.FEWEST_SAMPLES) {
      throw usage(
          "--samples must be at least %d, not %d"
              .formatted(ImageEvaluation.FEWEST_SAMPLES, samples));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void evaluateModel(Backend backend) {
    Path options = new RunFolder(model.path()).options();
    TrainOptions trained = Files.exists(options) ? TrainOptions.read(options) : null;
    if (data == null && trained == null) {
      throw usage("%s does not say what it was trained on: give --data".formatted(model.path()));
    }
    String name = data == null ? trained.data() : Datasets.resolve(data);
    int batch = trained == null ? BATCH_SIZE : trained.optimizer().batchSize();
    try (TrainedGenerator generator = model.open(backend);
        Judge judge = judge(backend, name, generator.samples(1, seed))) {
      print(model.path().toString(), judge, judge.scoreWithBatches(generator, batch));
    }
  }

  private Judge judge(Backend backend, String name, Samples generated) {
    PrintWriter log = spec.commandLine().getErr();
    boolean points = generated.height() == 1 && generated.width() == 1;
    int side = points ? 0 : generated.height();
    int channels = points ? 0 : generated.channels();
    Dataset real = Datasets.open(name, side, channels, seed, log::println);
    return Judge.open(backend, name, real, new Judge.Settings(samples, seed, classifier));
  }

  private void print(String what, Judge judge, Scores scores) {
    Scores heldOut = judge.heldOut(spec.commandLine().getErr()::println).orElse(null);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(what, judge, scores, heldOut));
    } else {
      new ScoreTable(judge.evaluation(), scores, heldOut).print(what, judge.real().name(), out);
    }
    out.flush();
  }

  private String json(String what, Judge judge, Scores scores, Scores heldOut) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("model", what);
    fields.put("data", judge.real().name());
    judge.evaluation().lens().ifPresent(lens -> fields.put("features", lens));
    fields.putAll(scores.json());
    if (judge.evaluation().modes() > 0) {
      fields.put("modes_total", judge.evaluation().modes());
    }
    if (heldOut != null) {
      fields.put("held_out", heldOut.json());
    }
    try {
      return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(fields);
    } catch (IOException e) {
      throw new IllegalStateException("strings and numbers are always JSON", e);
    }
  }
}
