import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;

/// Holds every Java source below the given folders to google-java-format: `check FOLDER...` names
/// the files that are not in it and fails, `write FOLDER...` puts them in it.
void main(String[] args) throws IOException {
  var write = args[0].equals("write");
  var offenders = new ArrayList<Path>();
  for (var folder : Arrays.asList(args).subList(1, args.length)) {
    try (var files = Files.walk(Path.of(folder))) {
      for (var file : files.filter(path -> path.toString().endsWith(".java")).sorted().toList()) {
        var source = Files.readString(file);
        var formatted = format(file, source);
        if (formatted.equals(source)) {
          continue;
        }
        offenders.add(file);
        if (write) {
          Files.writeString(file, formatted);
        }
      }
    }
  }
  if (!write && !offenders.isEmpty()) {
    offenders.forEach(file -> System.err.println("not in google-java-format: " + file));
    System.err.println("To mend it: mvn -q process-sources -Pformat");
    System.exit(1);
  }
}

String format(Path file, String source) {
  try {
    return new Formatter().formatSourceAndFixImports(source);
  } catch (FormatterException e) {
    throw new IllegalStateException(file + ": " + e.getMessage(), e);
  }
}
