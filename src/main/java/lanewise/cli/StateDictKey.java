package lanewise.cli;

import lanewise.io.StateDictFile;
import picocli.CommandLine.Option;

/** Which weights of a file are meant. */
final class StateDictKey {
  @Option(
      names = StateDictFile.KEY_OPTION,
      paramLabel = "KEY",
      description =
          "Which weights of a .pth that has several, by their key, or keys joined by dots.")
  private String key;

  /** Null if none was given: the file's only ones. */
  String value() {
    return key;
  }
}
