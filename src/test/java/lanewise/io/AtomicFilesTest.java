package lanewise.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import lanewise.UserException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void nameTarget() {
    target = folder.resolve("checkpoint");
  }

  @Test
  void replacesAFileAndLeavesNothingBeside() throws IOException {
    AtomicFiles.replaceFile(target, path -> Files.writeString(path, "old"));
    AtomicFiles.replaceFile(target, path -> Files.writeString(path, "new"));
    assertEquals("new", Files.readString(target));
    assertEquals(List.of("checkpoint"), namesIn(folder));
  }

  @Test
  void createsMissingParents() throws IOException {
    Path deep = folder.resolve("a/b/file");
    AtomicFiles.replaceFile(deep, path -> Files.writeString(path, "x"));
    assertEquals("x", Files.readString(deep));
  }

  @Test
  void fullDiskKeepsTheOldFileAndSaysSo() throws IOException {
    Files.writeString(target, "old");
    UserException e =
        assertThrows(
            UserException.class,
            () ->
                AtomicFiles.replaceFile(
                    target,
                    path -> {
                      Files.writeString(path, "half");
                      throw new IOException("No space left on device");
                    }));
    assertTrue(e.getMessage().contains(target.toString()), e.getMessage());
    assertTrue(e.getMessage().contains("disk is full"), e.getMessage());
    assertTrue(e.getMessage().contains("unchanged"), e.getMessage());
    assertEquals("old", Files.readString(target));
    assertEquals(List.of("checkpoint"), namesIn(folder));
  }

  @Test
  void fileInThePlaceOfAFolderIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("run"), "");
    UserException e =
        assertThrows(
            UserException.class,
            () -> AtomicFiles.replaceFile(file.resolve("x.png"), path -> Files.createFile(path)));
    assertTrue(e.getMessage().contains(file + " is not a folder"), e.getMessage());
  }

  @Test
  void replacesAFolderWithItsSubfolders() throws IOException {
    AtomicFiles.replaceDirectory(target, path -> write(path, "old"));
    AtomicFiles.replaceDirectory(
        target,
        path -> {
          write(path, "new");
          Files.createDirectories(path.resolve("sub"));
          Files.writeString(path.resolve("sub/file"), "deep");
        });
    assertEquals("new", read(target));
    assertEquals("deep", Files.readString(target.resolve("sub/file")));
    assertEquals(List.of("checkpoint"), namesIn(folder));
  }

  @Test
  void failedWriterKeepsTheOldFolder() throws IOException {
    AtomicFiles.replaceDirectory(target, path -> write(path, "old"));
    assertThrows(
        IllegalStateException.class,
        () ->
            AtomicFiles.replaceDirectory(
                target,
                path -> {
                  write(path, "half");
                  throw new IllegalStateException("a bug in the writer");
                }));
    assertEquals("old", read(target));
    assertEquals(List.of("checkpoint"), namesIn(folder));
  }

  // The states in which a killed process can leave a replacement, in the order they come about.

  @Test
  void killedWhileWritingTheFirst() throws IOException {
    write(folder.resolve("checkpoint.tmp-01"), "half");
    assertEquals(target, AtomicFiles.recoverDirectory(target));
    assertEquals(List.of(), namesIn(folder));
  }

  @Test
  void killedWhileWritingTheNext() throws IOException {
    write(target, "old");
    write(folder.resolve("checkpoint.tmp-01"), "half");
    assertRecovers("old");
  }

  @Test
  void killedWhenTheNextIsComplete() throws IOException {
    write(target, "old");
    write(folder.resolve("checkpoint.new"), "new");
    assertRecovers("new");
  }

  @Test
  void killedWhenTheOldIsOutOfTheWay() throws IOException {
    write(folder.resolve("checkpoint.tmp-02"), "old");
    write(folder.resolve("checkpoint.new"), "new");
    assertRecovers("new");
  }

  @Test
  void killedWhileRemovingTheOld() throws IOException {
    write(target, "new");
    Files.createDirectories(folder.resolve("checkpoint.tmp-02/sub"));
    assertRecovers("new");
  }

  @Test
  void replacementAfterAKillStartsFromTheCompleteFolder() throws IOException {
    write(folder.resolve("checkpoint.tmp-02"), "old");
    write(folder.resolve("checkpoint.new"), "new");
    assertThrows(
        UserException.class,
        () ->
            AtomicFiles.replaceDirectory(
                target,
                path -> {
                  throw new IOException("No space left on device");
                }));
    assertEquals("new", read(target));
  }

  @Test
  void recoveryLeavesOtherFilesAlone() throws IOException {
    write(target, "old");
    Files.writeString(folder.resolve("checkpoint.txt"), "mine");
    AtomicFiles.recoverDirectory(target);
    assertEquals(List.of("checkpoint", "checkpoint.txt"), namesIn(folder));
  }

  @Test
  void recoveryWithoutAnyFolderFindsNothing() {
    Path nowhere = folder.resolve("no/such/run/checkpoint");
    assertEquals(nowhere, AtomicFiles.recoverDirectory(nowhere));
    assertTrue(Files.notExists(folder.resolve("no")));
  }

  private void assertRecovers(String content) throws IOException {
    assertEquals(target, AtomicFiles.recoverDirectory(target));
    assertEquals(content, read(target));
    assertEquals(List.of("checkpoint"), namesIn(folder));
  }

  private static void write(Path folder, String content) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("weights"), content);
  }

  private static String read(Path folder) throws IOException {
    return Files.readString(folder.resolve("weights"));
  }

  private static List<String> namesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }
}
