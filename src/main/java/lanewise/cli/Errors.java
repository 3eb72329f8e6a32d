package lanewise.cli;

import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import lanewise.Names;
import lanewise.UserException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever was thrown into one line on standard error and an exit status. */
final class Errors implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final PrintWriter err;
  private final BooleanSupplier stacktrace;

  Errors(PrintWriter err, BooleanSupplier stacktrace) {
    this.err = err;
    this.stacktrace = stacktrace;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    String help = e.getCommandLine().getCommandSpec().qualifiedName() + " --help";
    print(e, e.getMessage() + nearest(e) + " (see " + help + ")");
    return ExitCode.USAGE;
  }

  private static String nearest(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    return Names.nearest(unmatched.getUnmatched().getFirst(), unmatched.getSuggestions())
        .map(name -> "; did you mean " + name + "?")
        .orElse("");
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
    return report(e);
  }

  /** Prints any other failure. */
  int report(Throwable e) {
    switch (e) {
      case UserException user -> print(e, user.getMessage());
      case OutOfMemoryError memory ->
          print(
              e,
              "out of memory (%s); use smaller pictures, a smaller --batch-size, --ngf or --ndf, or"
                      .formatted(memory.getMessage())
                  + " give the JVM more by LANEWISE_JAVA_OPTS=-Xmx...");
      default ->
          print(
              e,
              "unexpected %s; this is a fault of the program, please report it with what"
                      .formatted(e)
                  + " --stacktrace shows");
    }
    return ExitCode.SOFTWARE;
  }

  private void print(Throwable e, String message) {
    err.println("lanewise: error: " + oneLine(message));
    if (stacktrace.getAsBoolean() || System.getenv("LANEWISE_STACKTRACE") != null) {
      e.printStackTrace(err);
    }
    err.flush();
  }

  /** Messages may quote what a file holds. */
  static String oneLine(String message) {
    return message
        .lines()
        .map(String::strip)
        .collect(Collectors.joining(" "))
        .replaceAll("\\p{Cntrl}", "?");
  }
}
