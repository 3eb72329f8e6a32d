package lanewise.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import lanewise.UserException;

/**
 * Replaces files and folders so that a reader, a full disk or a killed process sees the old content
 * or the new one, never a part of either.
 *
 * <p>A folder cannot be renamed over another one, so {@link #replaceDirectory} goes through two
 * names beside the target, and {@link #recoverDirectory} finishes a replacement that was cut off:
 *
 * <ul>
 *   <li>{@code target.tmp-*} is always rubbish: content half written, or replaced and half deleted;
 *   <li>{@code target.new} is always complete, safely on the disk, and newer than {@code target}.
 * </ul>
 */
public final class AtomicFiles {
  private AtomicFiles() {}

  /** Writes content to a path that does not exist yet. */
  @FunctionalInterface
  public interface ContentWriter {
    void write(Path path) throws IOException;
  }

  /**
   * Writes a file beside {@code target}, forces it to the disk and renames it over {@code target}.
   *
   * @param writer creates the file at the path it is given
   * @throws UserException if it cannot be written; {@code target} is then as it was
   */
  public static void replaceFile(Path target, ContentWriter writer) {
    Path temporary = temporary(target);
    try {
      Files.createDirectories(parent(target));
      writer.write(temporary);
      force(temporary);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      forceEntries(parent(target));
    } catch (IOException e) {
      throw cannotWrite(target, e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /**
   * Writes a folder beside {@code target}, forces it to the disk and puts it in the place of {@code
   * target}; a process killed at any instant leaves the old or the new folder for {@link
   * #recoverDirectory} to find.
   *
   * <p>One process at a time may replace or recover a given target.
   *
   * @param writer fills the empty folder it is given
   * @throws UserException if it cannot be written; the old folder is then as it was
   */
  public static void replaceDirectory(Path target, ContentWriter writer) {
    recoverDirectory(target);
    Path temporary = temporary(target);
    try {
      Files.createDirectories(temporary);
      writer.write(temporary);
      forceTree(temporary);
      Files.move(temporary, complete(target), StandardCopyOption.ATOMIC_MOVE);
      forceEntries(parent(target));
      promote(target);
    } catch (IOException e) {
      throw cannotWrite(target, e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /**
   * Finishes a {@link #replaceDirectory} that was cut off and removes what it left behind.
   *
   * @return {@code target}, which exists unless no replacement ever got as far as complete content
   * @throws UserException if the folder around {@code target} cannot be read or changed
   */
  public static Path recoverDirectory(Path target) {
    if (!Files.isDirectory(parent(target))) {
      return target;
    }
    try {
      if (Files.isDirectory(complete(target))) {
        promote(target);
      }
      for (Path rubbish : leftovers(target)) {
        deleteTree(rubbish);
      }
      return target;
    } catch (IOException e) {
      throw new UserException("cannot recover " + target + ": " + reason(e), e);
    }
  }

  /**
   * Moves the complete {@code target.new} to {@code target}; it alone counts until that is done.
   */
  private static void promote(Path target) throws IOException {
    Path replaced = temporary(target);
    if (Files.exists(target)) {
      Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(complete(target), target, StandardCopyOption.ATOMIC_MOVE);
    forceEntries(parent(target));
    deleteQuietly(replaced);
  }

  private static Path complete(Path target) {
    return target.resolveSibling(target.getFileName() + ".new");
  }

  private static String temporaryPrefix(Path target) {
    return target.getFileName() + ".tmp-";
  }

  private static Path temporary(Path target) {
    String unique = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    return target.resolveSibling(temporaryPrefix(target) + unique);
  }

  private static List<Path> leftovers(Path target) throws IOException {
    String prefix = temporaryPrefix(target);
    try (Stream<Path> siblings = Files.list(parent(target))) {
      return siblings.filter(p -> p.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  private static Path parent(Path target) {
    return target.toAbsolutePath().getParent();
  }

  private static void forceTree(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.toList()) {
        if (Files.isDirectory(path)) {
          forceEntries(path);
        } else {
          force(path);
        }
      }
    }
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Makes the names in a folder durable, where the platform can: Windows opens no folder. */
  private static void forceEntries(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The rename itself succeeded; without this only a power cut could still undo it.
      return;
    }
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Removes rubbish whose staying harms nobody; recoverDirectory or the user can do it later. */
  private static void deleteQuietly(Path root) {
    try {
      deleteTree(root);
    } catch (IOException e) {
      return;
    }
  }

  private static UserException cannotWrite(Path target, IOException e) {
    String old = Files.exists(target) ? "; the old content is unchanged" : "";
    return new UserException("cannot write " + target + ": " + reason(e) + old, e);
  }

  /** What went wrong, in words: the exceptions of java.nio.file often carry no more than a path. */
  public static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "no such file or folder";
      case AccessDeniedException denied -> "permission denied";
      case FileAlreadyExistsException exists -> exists.getFile() + " is not a folder";
      case FileSystemException other when other.getReason() != null -> explain(other.getReason());
      default -> e.getMessage() == null ? e.toString() : explain(e.getMessage());
    };
  }

  private static String explain(String systemMessage) {
    return systemMessage.startsWith("No space left")
        ? "the disk is full (" + systemMessage + "), make room and try again"
        : systemMessage;
  }
}
