package lanewise.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: this program and the JVM it runs on. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version =
        Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
            .or(
                () ->
                    Optional.ofNullable(Main.class.getModule().getDescriptor())
                        .flatMap(module -> module.rawVersion()))
            .orElse("(not packaged)");
    return new String[] {
      "lanewise " + version,
      "%s %s (%s), %s %s"
          .formatted(
              System.getProperty("java.vm.name"),
              Runtime.version(),
              System.getProperty("java.vendor"),
              System.getProperty("os.name"),
              System.getProperty("os.arch"))
    };
  }
}
