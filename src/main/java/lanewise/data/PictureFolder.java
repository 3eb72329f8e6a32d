package lanewise.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import lanewise.UserException;
import lanewise.picture.Picture;
import lanewise.picture.PictureSize;
import lanewise.picture.Pictures;

/**
 * PNG and JPEG files of a folder and its sub-folders, in the order of their paths.
 *
 * @param files at least one
 * @param maxPixels what width times height of each may be
 */
public record PictureFolder(Path root, List<Path> files, long maxPixels) {

  /**
   * Lists the pictures of a folder.
   *
   * @throws UserException if there are none
   */
  public static PictureFolder of(Path root, long maxPixels) {
    List<Path> files = list(root);
    if (files.isEmpty()) {
      throw new UserException(
          root + " has no PNG or JPEG pictures; put some there, or give another folder");
    }
    return new PictureFolder(root, files, maxPixels);
  }

  /** The files named like pictures in a folder and below; hidden ones do not count. */
  static List<Path> list(Path root) {
    try (Stream<Path> walk = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      return walk.filter(file -> isNamedLikeImage(file.getFileName().toString()))
          .filter(file -> !isHidden(root.relativize(file)))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw UnreadableFile.of(root.toString(), e.getCause());
    } catch (IOException e) {
      throw UnreadableFile.of(root.toString(), e);
    }
  }

  private static boolean isNamedLikeImage(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".png") || lower.endsWith(".jpg") || lower.endsWith(".jpeg");
  }

  private static boolean isHidden(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  /** The first folder of these names that there is, or null. */
  static Path find(Path root, String... names) {
    for (String name : names) {
      if (Files.isDirectory(root.resolve(name))) {
        return root.resolve(name);
      }
    }
    return null;
  }

  int size() {
    return files.size();
  }

  Path file(int index) {
    return files.get(index);
  }

  /** The path below the root, without the ending of its name: what a picture's other half has. */
  String key(int index) {
    String path = root.relativize(files.get(index)).toString();
    return path.substring(0, path.lastIndexOf('.'));
  }

  /**
   * Decodes a picture.
   *
   * @param channels 1 (grey) or 3 (RGB)
   * @throws UserException if it cannot be decoded
   */
  Picture read(int index, int channels) {
    return withChannels(Pictures.read(file(index), maxPixels), channels);
  }

  /** RGB becomes luma (ITU-R 601-2), rounded as Pillow does; grey is repeated. */
  static Picture withChannels(Picture picture, int channels) {
    if (channels == 3) {
      return picture.rgb();
    }
    if (picture.channels() == 1) {
      return picture;
    }
    float[] luma = new float[picture.width() * picture.height()];
    float[][] rgb = picture.planes();
    for (int i = 0; i < luma.length; i++) {
      luma[i] =
          (float) Math.floor((299 * rgb[0][i] + 587 * rgb[1][i] + 114 * rgb[2][i]) / 1000 + 0.5);
    }
    return new Picture(picture.width(), picture.height(), new float[][] {luma});
  }

  /**
   * The sides of a picture.
   *
   * @throws UserException if it is known without decoding that it cannot be decoded
   */
  PictureSize sizeOf(int index) {
    return Pictures.size(file(index), maxPixels);
  }
}
