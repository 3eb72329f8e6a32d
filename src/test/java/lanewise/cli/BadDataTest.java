package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadDataTest {
  @TempDir Path dir;

  /** Trains on {@code data}, which must be refused before anything is written. */
  private void refused(Object data, String... words) {
    Path out = dir.resolve("run");
    Cli.run("train", Cli.SMALL, "--data", data, "--out", out).failed(1, words);
    assertFalse(Files.exists(out));
  }

  @Test
  void missingData() {
    refused(dir.resolve("none.gz"), "none.gz is not there");
  }

  @Test
  void unknownNameOfData() {
    refused("fashion-mnits", "did you mean fashion-mnist?");
  }

  @Test
  void emptyFolder() throws IOException {
    refused(Files.createDirectory(dir.resolve("empty")), "empty holds no training data");
  }

  @Test
  void emptyFile() throws IOException {
    refused(Files.createFile(dir.resolve("images-idx3-ubyte")), "images-idx3-ubyte", "empty");
  }

  @Test
  void truncatedIdx() throws IOException {
    Path file = Cli.images(dir.resolve("images-idx3-ubyte"), 40);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));
    refused(file, "images-idx3-ubyte");
  }

  @Test
  void idxThatIsNotGzip() throws IOException {
    Path file = dir.resolve("images-idx3-ubyte.gz");
    Files.writeString(file, "<html>404</html>");
    refused(file, "images-idx3-ubyte.gz");
  }

  @Test
  void idxOfTheWrongMagic() throws IOException {
    Path file = Cli.images(dir.resolve("images-idx3-ubyte"), 40);
    byte[] bytes = Files.readAllBytes(file);
    bytes[0] = 7;
    Files.write(file, bytes);
    refused(file, "images-idx3-ubyte");
  }

  @Test
  void batchLargerThanTheData() throws IOException {
    refused(Cli.images(dir.resolve("images-idx3-ubyte"), 7), "--batch-size 8", "at most 7");
  }

  @Test
  void anImageThatCannotBeDecodedIsSkippedAndNamed() throws IOException {
    Path folder = photos(8);
    Files.writeString(folder.resolve("broken.png"), "not a picture");
    Path out = dir.resolve("run");
    Cli.Result result =
        Cli.run("train", Cli.SMALL, "--data", folder, "--out", out, "--steps", 1).succeeded();
    assertTrue(result.out().contains("skipped 1 of 9 images"), result.out());
    assertTrue(result.out().contains("broken.png"), result.out());
  }

  @Test
  void aFolderWithNoneThatCanBeDecoded() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("photos"));
    Files.writeString(folder.resolve("broken.png"), "not a picture");
    refused(folder, "none of the 1 images", "broken.png");
  }

  private Path photos(int count) throws IOException {
    Path folder = Files.createDirectory(dir.resolve("photos"));
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(20, 24, BufferedImage.TYPE_INT_RGB);
      image.setRGB(i, i, 0xFF8800);
      ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
    }
    return folder;
  }

  @Test
  void anOutThatHoldsSomethingIsLeftAsItIs() throws IOException {
    Path data = Cli.images(dir.resolve("images-idx3-ubyte"), 40);
    Path out = Files.createDirectory(dir.resolve("thesis"));
    Files.writeString(out.resolve("chapter.txt"), "words");
    Cli.run("train", Cli.SMALL, "--data", data, "--out", out)
        .failed(1, "thesis exists and is not an empty folder");
    try (var files = Files.list(out)) {
      assertEquals(1, files.count());
    }
    Path file = out.resolve("chapter.txt");
    Cli.run("train", Cli.SMALL, "--data", data, "--out", file).failed(1, "chapter.txt");
    assertArrayEquals("words".getBytes(), Files.readAllBytes(file));
  }
}
