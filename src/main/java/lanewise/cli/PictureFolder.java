package lanewise.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import lanewise.UserException;
import lanewise.io.AtomicFiles;

/**
 * The files of a folder, without its folders and hidden files.
 *
 * @param files those named like pictures, sorted
 * @param others how many are named otherwise
 */
record PictureFolder(List<Path> files, int others) {

  /**
   * The files there.
   *
   * @throws UserException if the folder cannot be read or has no pictures
   */
  static PictureFolder of(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> visible =
          all.filter(file -> Files.isRegularFile(file) && !isHidden(file)).sorted().toList();
      List<Path> pictures = visible.stream().filter(PictureFolder::isNamedLikePicture).toList();
      if (pictures.isEmpty()) {
        throw new UserException(
            "%s has no pictures: no file in it ends in .png, .jpg or .jpeg".formatted(folder));
      }
      return new PictureFolder(pictures, visible.size() - pictures.size());
    } catch (IOException e) {
      throw new UserException("cannot read %s: %s".formatted(folder, AtomicFiles.reason(e)), e);
    }
  }

  private static boolean isHidden(Path file) {
    return file.getFileName().toString().startsWith(".");
  }

  private static boolean isNamedLikePicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg");
  }

  /** The rest of a sentence about those that were made: what was not. */
  String rest(int failures) {
    StringBuilder rest = new StringBuilder();
    if (failures > 0) {
      rest.append(", %d failed".formatted(failures));
    }
    if (others > 0) {
      rest.append(", %d files not named like pictures left out".formatted(others));
    }
    return rest.toString();
  }
}
