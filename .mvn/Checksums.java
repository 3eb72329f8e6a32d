/// Holds generated files to the list of SHA-256 sums that was written with them: `LIST...`, each in
/// the format of sha256sum, with paths relative to its folder. A Java file below that folder which
/// the list lacks is one that the generator no longer makes.
void main(String[] args) throws Exception {
  var offences = new ArrayList<String>();
  for (var list : args) {
    offences.addAll(offences(Path.of(list)));
  }
  if (!offences.isEmpty()) {
    offences.forEach(offence -> System.err.println("checksum: " + offence));
    System.err.println(
        "Generated files are not edited: make them anew with the script beside them.");
    System.exit(1);
  }
}

List<String> offences(Path list) throws IOException, NoSuchAlgorithmException {
  var folder = list.toAbsolutePath().getParent();
  var offences = new ArrayList<String>();
  var listed = new HashSet<Path>();
  for (var line : Files.readAllLines(list)) {
    var file = folder.resolve(line.substring(line.indexOf(' ')).strip());
    listed.add(file);
    if (!Files.exists(file)) {
      offences.add(file + " is missing");
    } else if (!line.startsWith(sha256(file))) {
      offences.add(file + " is not what " + list + " says");
    }
  }
  try (var files = Files.walk(folder)) {
    files
        .filter(file -> file.toString().endsWith(".java") && !listed.contains(file))
        .forEach(file -> offences.add(file + " is not in " + list));
  }
  return offences;
}

String sha256(Path file) throws IOException, NoSuchAlgorithmException {
  var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
  return HexFormat.of().formatHex(digest);
}
