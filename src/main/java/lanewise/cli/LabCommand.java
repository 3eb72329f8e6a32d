package lanewise.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lanewise.UserException;
import lanewise.lab.Calibration;
import lanewise.lab.Cell;
import lanewise.lab.Grid;
import lanewise.lab.Lab;
import lanewise.lab.Plan;
import lanewise.model.Norm;
import lanewise.train.OptionGroups;
import lanewise.train.TrainOptions;
import lanewise.train.loss.Objective;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares normalisations, objectives and packs on a data set. */
@Command(
    name = "lab",
    description = {
      "Trains every norm with every loss and pack, each with several seeds and the same number of"
          + " steps,",
      "and writes one report of what the figures say: lab.html, lab.md, lab.json.",
      "Ctrl-C ends it after the present step; --resume goes on. Options of train hold for all"
          + " trainings, but their norms, losses and packs are --norms, --losses and --packs, and"
          + " their length --steps or --minutes."
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    defaultValueProvider = TrainArguments.Defaults.class,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise lab --minutes 60",
      "  lanewise lab --norms batch,instance --losses non-saturating,hinge --steps 2000",
      "  lanewise lab --norms batch --packs 1,2 --data grid-25 --seeds 10",
      "  lanewise lab --resume runs/lab-fashion-mnist-1 --seeds 5",
      "  lanewise lab --dry-run"
    })
final class LabCommand implements Callable<Integer> {
  /** Those that need no classes. */
  private static final List<Norm> NORMS =
      List.of(Norm.BATCH, Norm.INSTANCE, Norm.LAYER, Norm.GROUP, Norm.NONE);

  private static final int SEEDS = 3;
  private static final int MINUTES = 60;

  /** What the grid says instead. */
  private static final Map<String, String> PLURALS =
      Map.of("--norm", "--norms", "--loss", "--losses", "--pack", "--packs");

  @Spec private CommandSpec spec;

  @Option(
      names = "--norms",
      paramLabel = "NAME",
      split = ",",
      converter = Choice.OfNorm.class,
      completionCandidates = Choice.OfNorm.class,
      description = {
        "Normalisations to compare, of both networks, or of the one whose --norm-g or --norm-d is"
            + " not given.",
        "Default: batch,instance,layer,group,none; there are ${COMPLETION-CANDIDATES}"
      })
  private List<Norm> norms;

  @Option(
      names = "--losses",
      paramLabel = "NAME",
      split = ",",
      converter = Choice.OfObjective.class,
      completionCandidates = Choice.OfObjective.class,
      description = "Objectives to compare: ${COMPLETION-CANDIDATES}. Default: train's")
  private List<Objective> losses;

  @Option(
      names = "--packs",
      paramLabel = "M",
      split = ",",
      description = "Packs to compare. Default: train's")
  private List<Integer> packs;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Trainings of each, from --seed on. Default: " + SEEDS)
  private Integer seeds;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description = {
        "Time for all trainings together, instead of --steps: each step is timed for a moment, and"
            + " all trainings get the same number.",
        "Default: " + MINUTES
      })
  private Integer minutes;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "A new or empty folder for the lab. Default: runs/lab-DATA-N")
  private Path out;

  @Option(
      names = "--resume",
      paramLabel = "LAB",
      description =
          "Go on with a lab: what is finished is kept. It may get more norms, losses, packs, seeds"
              + " or steps.")
  private Path resume;

  @Option(
      names = "--dry-run",
      description = "List the trainings and how long they will take, write nothing.")
  private boolean dryRun;

  @Mixin private TrainArguments arguments;

  @Override
  public Integer call() {
    check();
    PrintWriter text = spec.commandLine().getOut();
    if (resume != null) {
      Plan plan = resumedPlan();
      return dryRun
          ? list(resume, plan, text)
          : run(Lab.resume(resume, plan, text::println), plan, text);
    }
    Plan plan = newPlan();
    Path folder = out != null ? out : unusedFolder(plan.options());
    Lab.requireEmpty(folder);
    if (!arguments.has("--steps") && !arguments.has("--epochs")) {
      text.println("timing a step of each:");
      Duration time = Duration.ofMinutes(minutes == null ? MINUTES : minutes);
      plan = Calibration.of(folder, plan, text::println).fit(plan, time, free());
    }
    return dryRun
        ? list(folder, plan, text)
        : run(Lab.start(folder, plan, text::println), plan, text);
  }

  private void check() {
    PLURALS.forEach(
        (one, many) -> {
          if (arguments.has(one)) {
            throw usage("%s: a lab compares several: give %s".formatted(one, many));
          }
        });
    if (arguments.has("--epochs")) {
      throw usage("--epochs: the length of a lab's trainings is given by --steps or --minutes");
    }
    if (minutes != null && (arguments.has("--steps") || resume != null)) {
      throw usage("--minutes decides the number of steps: leave out --steps and --resume");
    }
    if (minutes != null && minutes < 1) {
      throw usage("--minutes must be at least 1, not " + minutes);
    }
    if (resume != null && out != null) {
      throw usage("--resume goes on in its own folder: leave out --out");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private Plan newPlan() {
    List<Norm> compared = norms == null ? NORMS : norms;
    List<String> varied =
        Stream.of("normG", "normD")
            .filter(name -> !arguments.has(OptionGroups.flag(name)))
            .toList();
    TrainOptions base = base(compared, varied);
    try {
      Grid grid =
          new Grid(
              names(compared),
              losses == null ? List.of(base.objective().loss()) : names(losses),
              packs == null ? List.of(base.model().pack()) : packs,
              seeds == null ? SEEDS : seeds,
              base.run().seed());
      long steps = base.run().steps();
      return new Plan(grid, varied, "", base)
          .lasting(steps, "%,d steps each".formatted(steps), free());
    } catch (UserException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** The options for the first norm with which those given make sense. */
  private TrainOptions base(List<Norm> compared, List<String> varied) {
    List<ParameterException> mistakes = new ArrayList<>();
    for (Norm norm : compared) {
      try {
        Map<String, Object> more = new LinkedHashMap<>();
        varied.forEach(name -> more.put(name, norm.toString()));
        more.put("metrics", true);
        return arguments.ofNewRun(more);
      } catch (ParameterException e) {
        mistakes.add(e);
      }
    }
    throw mistakes.getFirst();
  }

  /** The intervals that the length decides. */
  private Set<String> free() {
    Set<String> free = new HashSet<>(Set.of("metricsEvery", "sampleEvery"));
    free.removeIf(name -> arguments.has(OptionGroups.flag(name)));
    return free;
  }

  private Plan resumedPlan() {
    Plan old = Plan.read(resume);
    TrainOptions wanted = arguments.over(old.options());
    List<String> differences = new ArrayList<>(old.options().differences(wanted));
    if (old.options().measuring().metricsSamples() != wanted.measuring().metricsSamples()) {
      differences.add("another number of --metrics-samples");
    }
    if (!differences.isEmpty()) {
      throw new UserException(
          "%s was begun with other options (%s); leave them out to go on, or start a new lab"
              .formatted(resume, String.join("; ", differences)));
    }
    Grid was = old.grid();
    Grid grid =
        new Grid(
            norms == null ? was.norms() : names(norms),
            losses == null ? was.losses() : names(losses),
            packs == null ? was.packs() : packs,
            seeds == null ? was.seeds() : seeds,
            was.firstSeed());
    String budget =
        arguments.has("--steps") ? "%,d steps each".formatted(wanted.run().steps()) : old.budget();
    return new Plan(grid, old.varied(), budget, wanted);
  }

  private static List<String> names(List<? extends Enum<?>> values) {
    return values.stream().map(Enum::toString).toList();
  }

  /** {@code runs/lab-fashion-mnist-3}, with the first number that is free. */
  private static Path unusedFolder(TrainOptions options) {
    Path data = Path.of(options.data()).getFileName();
    String name = data == null ? "data" : data.toString().replaceAll("[^A-Za-z0-9-]+", "-");
    return IntStream.iterate(1, n -> n + 1)
        .mapToObj(n -> Path.of("runs", "lab-%s-%d".formatted(name, n)))
        .filter(folder -> !Files.exists(folder))
        .findFirst()
        .orElseThrow();
  }

  private int list(Path folder, Plan plan, PrintWriter text) {
    text.println("timing a step of each:");
    Calibration calibration = Calibration.of(folder, plan, text::println);
    text.println();
    for (Cell cell : plan.grid().cells()) {
      String reason = calibration.refused().get(cell.variant());
      text.printf(
          "%-28s %s%n", cell.name(), reason == null ? time(calibration, cell, plan) : reason);
    }
    text.printf(
        "%n%,d trainings of %,d steps: about %s%n",
        plan.grid().cells().size(), plan.steps(), Pace.clock(calibration.total(plan)));
    text.flush();
    return ExitCode.OK;
  }

  private static String time(Calibration calibration, Cell cell, Plan plan) {
    double ms = calibration.ms(cell.variant(), plan.options());
    return "about " + Pace.clock(Duration.ofMillis(Math.round(ms)));
  }

  private int run(Lab lab, Plan plan, PrintWriter text) {
    Console console = System.console();
    boolean terminal = console != null && console.isTerminal();
    text.printf("lab      %s, %s%n", lab.page().getParent(), plan.budget());
    text.printf("data     %s%n", lab.results().reference().data());
    text.flush();
    LabProgress progress =
        new LabProgress(text, terminal, TrainCommand.commandLine(spec), plan.grid().cells().size());
    Lab.Outcome outcome;
    int status;
    try (StopSignals signals = new StopSignals(progress::say, lab::stop)) {
      outcome = lab.run(progress);
      status = outcome == Lab.Outcome.STOPPED ? signals.status() : ExitCode.OK;
    }
    text.println("report   " + lab.page());
    if (outcome == Lab.Outcome.STOPPED) {
      text.println("go on    lanewise lab --resume " + lab.page().getParent());
    }
    text.flush();
    return status;
  }
}
