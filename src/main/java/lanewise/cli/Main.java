package lanewise.cli;

import java.io.PrintWriter;
import java.util.Locale;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program {@code lanewise}. */
@Command(
    name = "lanewise",
    description = "Trains GANs on the JVM.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    usageHelpAutoWidth = true,
    subcommands = {
      TrainCommand.class,
      LabCommand.class,
      GenerateCommand.class,
      ExportCommand.class,
      StylizeCommand.class,
      TranslateCommand.class,
      EvaluateCommand.class,
      RunCommand.class,
      ReportCommand.class,
      ClassifierCommand.class,
      BackendsCommand.class,
      CheckCommand.class,
      BenchCommand.class,
      GenerateCompletion.class
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:success",
      "1:something is wrong with data, files or machine",
      "2:something is wrong with the command line",
      "130, 143:stopped by Ctrl-C or a termination signal"
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where in the program an error arose (or set LANEWISE_STACKTRACE).")
  private boolean stacktrace;

  private Main() {}

  /** Runs one command and ends the process with its status. */
  public static void main(String[] args) {
    // Numbers are written as the messages are, in English.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    System.exit(
        execute(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
  }

  /**
   * Runs one command.
   *
   * @return the exit status: 0, 1 for an error, 2 for a wrong command line
   */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    Warnings.printTo(err);
    Main main = new Main();
    Errors errors = new Errors(err, () -> main.stacktrace);
    CommandLine commandLine =
        new CommandLine(main)
            .setOut(out)
            .setErr(err)
            .setParameterExceptionHandler(errors)
            .setExecutionExceptionHandler(errors);
    try {
      return commandLine.execute(args);
    } catch (Error e) {
      return errors.report(e);
    }
  }

  /** Without a command. */
  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "which command? " + String.join(", ", spec.subcommands().keySet()));
  }
}
