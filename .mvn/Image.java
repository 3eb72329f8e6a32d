import java.util.spi.ToolProvider;

/// Makes the archive that runs where there is no JDK: `JAR VERSION TARGET` packs the runnable jar,
/// the parts of this JDK that it needs, and a start script as
/// TARGET/lanewise-VERSION-PLATFORM.tar.gz.
void main(String[] args) throws IOException, InterruptedException {
  var jar = Path.of(args[0]);
  var name = "lanewise-%s-%s".formatted(args[1], platform());
  var image = Path.of(args[2], "image");
  var root = image.resolve(name);
  delete(image);
  Files.createDirectories(root.resolve("bin"));
  Files.createDirectories(root.resolve("lib"));
  link(root.resolve("runtime"));
  Files.copy(jar, root.resolve("lib/lanewise.jar"));
  Files.copy(Path.of("src/image/lanewise"), root.resolve("bin/lanewise"));
  root.resolve("bin/lanewise").toFile().setExecutable(true, false);
  for (var file : List.of("LICENSE", "NOTICE")) {
    Files.copy(Path.of(file), root.resolve(file));
  }
  var archive = Path.of(args[2], name + ".tar.gz").toAbsolutePath();
  run("tar", "--create", "--gzip", "--file=" + archive, "--directory=" + image, name);
  System.out.printf("%s: %.1f MB%n", archive, Files.size(archive) / 1e6);
}

/// `linux-x64`, as JDKs are called.
String platform() {
  var os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
  var arch = System.getProperty("os.arch");
  return (os.startsWith("mac") ? "macos" : os.replace(' ', '-'))
      + "-"
      + (arch.equals("amd64") ? "x64" : arch);
}

/// What `jdeps --print-module-deps` says of the jar, and, through reflection, JLine's signals.
void link(Path runtime) {
  var modules =
      "java.base,java.desktop,java.logging,jdk.incubator.vector,jdk.jfr,jdk.management,"
          + "jdk.unsupported";
  var jlink = ToolProvider.findFirst("jlink").orElseThrow();
  var status =
      jlink.run(
          System.out,
          System.err,
          "--add-modules=" + modules,
          "--strip-java-debug-attributes",
          "--no-header-files",
          "--no-man-pages",
          "--compress=zip-6",
          "--output=" + runtime);
  if (status != 0) {
    throw new IllegalStateException("jlink failed, with status " + status);
  }
}

void delete(Path folder) throws IOException {
  if (!Files.exists(folder)) {
    return;
  }
  try (var files = Files.walk(folder)) {
    for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
      Files.delete(file);
    }
  }
}

void run(String... command) throws IOException, InterruptedException {
  var status = new ProcessBuilder(command).inheritIO().start().waitFor();
  if (status != 0) {
    throw new IllegalStateException(String.join(" ", command) + " failed, with status " + status);
  }
}
