package lanewise.backend.cuda.library;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Folders that are named alike: those of each Python 3 in {@code /usr/local/lib}.
 *
 * @param root an existing folder or not
 * @param parts of the path below it, each a name or a glob
 */
record FolderPattern(Path root, List<String> parts) {

  static FolderPattern of(Path root, String... parts) {
    return new FolderPattern(root, List.of(parts));
  }

  /** Those that exist, the highest names first. */
  List<Path> folders() {
    List<Path> folders = List.of(root);
    for (String part : parts) {
      List<Path> below = new ArrayList<>();
      folders.forEach(folder -> below.addAll(matches(folder, part)));
      folders = below;
    }
    return folders.stream().filter(Files::isDirectory).toList();
  }

  /** What a folder has of names that match a glob, the highest first. */
  static List<Path> matches(Path folder, String glob) {
    List<Path> matches = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
      entries.forEach(matches::add);
    } catch (IOException | DirectoryIteratorException _) {
      // No such folder, or none that may be read: nothing to find in it.
      return List.of();
    }
    matches.sort(Collections.reverseOrder());
    return matches;
  }

  @Override
  public String toString() {
    return root.resolve(String.join("/", parts)).toString();
  }
}
