package lanewise.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lanewise.diagnosis.Finding;
import lanewise.train.TaskOptions;
import lanewise.train.TrainOptions;
import lanewise.train.TrainingRun;
import lanewise.train.style.StyleOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains networks, from their first step or from a checkpoint. */
@Command(
    name = "train",
    defaultValueProvider = TrainArguments.Defaults.class,
    description = {
      "Trains a GAN, or a network from pictures to pictures, and leaves a folder: samples, weights,"
          + " metrics, checkpoint and report.html.",
      "Ctrl-C ends it after the present step, with a checkpoint; again, at once.",
      "Defaults are those of --model gan unless an option says otherwise; for the others see"
          + " docs/translation.md and docs/style.md."
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise train",
      "  lanewise train --steps 300 --norm instance --out runs/first",
      "  lanewise train --data photos/ --image-size 64 --epochs 20",
      "  lanewise train --resume runs/first --steps 8000",
      "  lanewise train --preset wgan-gp",
      "  lanewise train --model pix2pix --data facades/ --direction BtoA",
      "  lanewise train --model cyclegan --data horse2zebra/ --crop-size 128",
      "  lanewise train --dry-run --ngf 32 --ndf 32",
      "  lanewise train --profile 20",
      "  lanewise train --explain --image-size 64"
    })
final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      defaultValue = "gan",
      converter = Choice.OfModel.class,
      completionCandidates = Choice.OfModel.class,
      description = "What to train: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private TrainedModel model;

  @Mixin private TrainArguments arguments;

  @Mixin private TranslationArguments translation;

  @SuppressWarnings("unused") // The options of the task read what was given.
  @Mixin
  private StyleArguments style;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description =
          "A new or empty folder for the run. Default: runs/DATA-NORM-N, for pictures"
              + " runs/DATA-MODEL-N")
  private Path out;

  @Option(
      names = "--resume",
      paramLabel = "RUN",
      description = {
        "Go on with a run from its checkpoint, up to its --steps or --epochs; or to new ones,"
            + " unless the learning rate goes down until the last step (--lr-schedule, --decay).",
        "Also --backend, --threads, --device, --precision, --max-pixels, --sample-every,"
            + " --checkpoint-every and --tensorboard may change; for a GAN also --metrics,"
            + " --metrics-every, --metrics-samples and --classifier."
      })
  private Path resume;

  @Option(
      names = "--dry-run",
      description = "Open data, networks and backend, say what would be done, write nothing.")
  private boolean dryRun;

  @Option(
      names = "--profile",
      paramLabel = "N",
      description = {
        "Train for a moment, print where the time of N more steps goes, write nothing."
      })
  private Integer profiled;

  @Option(
      names = "--explain",
      description = {
        "Print each product and convolution of a step: its algorithm, why, its GFLOP, and the"
            + " least",
        "time it can take on this machine. Write nothing."
      })
  private boolean explained;

  @Option(
      names = "--no-capture",
      description = {
        "Compute each step anew where a GPU would replay a recording of it: slower, but finds the",
        "layer in which a loss stops being a number."
      })
  private boolean uncaptured;

  @Option(
      names = "--json",
      description =
          "Print one JSON object a step on standard output, and all else on standard" + " error.")
  private boolean json;

  @Override
  public Integer call() {
    if (resume != null && out != null) {
      throw new ParameterException(
          spec.commandLine(), "--resume goes on in its own folder: leave out --out");
    }
    if (profiled != null && profiled < 1) {
      throw new ParameterException(
          spec.commandLine(), "--profile must be at least 1, not " + profiled);
    }
    if (resume != null && arguments.has("--model")) {
      throw new ParameterException(
          spec.commandLine(), "--resume trains what it has trained before: leave out --model");
    }
    PrintWriter text = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
    TaskOptions options =
        resume == null
            ? arguments.ofNewRun(model, translation.epochs(model.defaults()))
            : arguments.ofResumed(resume, translation::epochs);
    Path folder = resume != null ? resume : out != null ? out : unusedFolder(options);
    try (TrainingRun run = open(folder, options, text)) {
      RunDescription description = new RunDescription(run, options);
      description.printTo(text);
      if (dryRun) {
        description.printNetworksTo(text);
        return ExitCode.OK;
      }
      if (explained) {
        ExplainTable.print(run.oneStep(), run.backend(), text);
        return ExitCode.OK;
      }
      if (profiled != null) {
        ProfileTable.print(run.profile(profiled), run.task().samplesPerStep(), text);
        return ExitCode.OK;
      }
      if (run.task().steps() >= run.totalSteps()) {
        text.println(
            "nothing to do: all steps are done; give a larger --steps or --epochs to go on");
        return ExitCode.OK;
      }
      run.calledBy(commandLine(spec));
      return train(run, options, text);
    }
  }

  /** What was typed, as a shell takes it. */
  static String commandLine(CommandSpec spec) {
    return spec.commandLine().getParseResult().originalArgs().stream()
        .map(TrainCommand::quoted)
        .collect(Collectors.joining(" ", "lanewise ", ""));
  }

  private TrainingRun open(Path folder, TaskOptions options, PrintWriter text) {
    // What is replayed calls no kernel that could be observed.
    boolean capture = !uncaptured && !explained && profiled == null;
    return resume == null
        ? TrainingRun.start(folder, options, capture, text::println)
        : TrainingRun.resume(folder, options, capture, text::println);
  }

  /** {@code runs/fashion-mnist-batch-3}, with the first number that is free. */
  private static Path unusedFolder(TaskOptions options) {
    Path data = Path.of(options.data()).getFileName();
    String name = data == null ? "data" : data.toString().replaceAll("[^A-Za-z0-9-]+", "-");
    return IntStream.iterate(1, n -> n + 1)
        .mapToObj(n -> Path.of("runs", "%s-%s-%d".formatted(name, options.label(), n)))
        .filter(folder -> !Files.exists(folder))
        .findFirst()
        .orElseThrow();
  }

  private int train(TrainingRun run, TaskOptions options, PrintWriter text) {
    long start = System.nanoTime();
    TrainingRun.Outcome outcome;
    int status;
    try (Progress progress = progress(run, options, text);
        StopSignals signals = new StopSignals(progress::say, run::stop)) {
      outcome =
          run.run(
              step -> {
                progress.step(step);
                step.findings().forEach(progress::say);
              });
      status = outcome == TrainingRun.Outcome.STOPPED ? signals.status() : ExitCode.OK;
    }
    for (Finding finding : run.standing()) {
      text.printf("since step %,d: %s%n", finding.step(), Progress.text(finding));
    }
    Path folder = run.folder().path();
    switch (outcome) {
      case FINISHED -> {
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        text.printf("done: %,d steps in %s%n", run.totalSteps(), Pace.clock(time));
        text.println("report   " + run.folder().report());
        text.println("samples  " + run.folder().sample(run.totalSteps()));
        text.println("more     lanewise " + use(options, quoted(folder.toString())));
      }
      case STOPPED -> {
        text.printf("stopped at step %d of %d%n", run.task().steps(), run.totalSteps());
        text.println("go on    lanewise train --resume " + quoted(folder.toString()));
      }
    }
    text.flush();
    return status;
  }

  /** The command that makes something with what was trained. */
  private static String use(TaskOptions options, String run) {
    return switch (options) {
      case TrainOptions _ -> "generate --model " + run;
      case StyleOptions _ -> "stylize --model %s photo.jpg out.png".formatted(run);
      default -> "translate --model %s pictures/ translated/".formatted(run);
    };
  }

  private Progress progress(TrainingRun run, TaskOptions options, PrintWriter text) {
    if (json) {
      return new JsonProgress(spec.commandLine().getOut(), text);
    }
    Console console = System.console();
    if (console != null && console.isTerminal()) {
      return new BarProgress(System.out, run.task().steps(), run.totalSteps());
    }
    return new LineProgress(text, run.totalSteps(), options.run().sampleEvery());
  }

  /** A word as a shell takes it. */
  private static String quoted(String text) {
    return text.matches("[\\w./~+:@%,=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
