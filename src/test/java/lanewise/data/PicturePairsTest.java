package lanewise.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import lanewise.UserException;
import lanewise.io.Images;
import lanewise.picture.Picture;
import lanewise.picture.Pictures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PicturePairsTest {
  private static final PictureKinds A_TO_B = new PictureKinds(Direction.A_TO_B, 1, 1);
  private static final PictureKinds B_TO_A = new PictureKinds(Direction.B_TO_A, 1, 1);
  private static final long MAX = 2000;
  private static final PicturePlan PLAIN = new PicturePlan(Preprocess.NONE, 8, 8, false, 1);

  @TempDir Path dir;

  /** A picture of one level of grey from left to right, of another one in its right half. */
  private static void write(Path file, int height, int width, float left, float right)
      throws IOException {
    Files.createDirectories(file.getParent());
    float[] values = new float[height * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % width < width / 2 ? left : right;
    }
    Images.writePng(file, values, 1, height, width);
  }

  private static void assertLevel(float level, Planes picture) {
    float[] expected = new float[picture.values().length];
    Arrays.fill(expected, level);
    assertArrayEquals(expected, picture.values(), 0.01f);
  }

  private static SplittableRandom random() {
    return new SplittableRandom(1);
  }

  @Test
  void halvesOfAFileArePairs() throws IOException {
    write(dir.resolve("train/x.png"), 8, 16, -1, 1);
    write(dir.resolve("test/y.png"), 8, 16, 0, 0.5f);
    PicturePairs pairs = PairedPictures.open(dir, MAX, A_TO_B, PLAIN);
    assertEquals(1, pairs.size());
    PicturePair pair = pairs.training(0, random());
    assertEquals(8, pair.a().width());
    assertLevel(-1, pair.a());
    assertLevel(1, pair.b());
    assertLevel(0.5f, pairs.sample(0).b());
    assertLevel(1, PairedPictures.open(dir, MAX, B_TO_A, PLAIN).training(0, random()).a());
  }

  @Test
  void filesOfOneNameInTwoFoldersArePairs() throws IOException {
    write(dir.resolve("A/x.png"), 8, 8, -1, -1);
    write(dir.resolve("B/x.png"), 8, 8, 1, 1);
    write(dir.resolve("A/z.png"), 8, 8, 0, 0);
    write(dir.resolve("B/z.png"), 8, 8, 0.5f, 0.5f);
    PicturePairs pairs = PairedPictures.open(dir, MAX, A_TO_B, PLAIN);
    assertEquals(2, pairs.size());
    assertLevel(0, pairs.training(1, random()).a());
    assertLevel(0.5f, pairs.training(1, random()).b());
  }

  @Test
  void bothPicturesOfAPairAreCutAlike() throws IOException {
    float[] values = new float[24 * 48];
    SplittableRandom noise = new SplittableRandom(3);
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 48 < 24 ? (float) noise.nextDouble(-1, 1) : values[i - 24];
    }
    Images.writePng(
        Files.createDirectories(dir.resolve("train")).resolve("x.png"), values, 1, 24, 48);
    for (Preprocess preprocess : Preprocess.values()) {
      PicturePlan plan = new PicturePlan(preprocess, 20, 16, true, 4);
      PicturePairs pairs = PairedPictures.open(dir, MAX, A_TO_B, plan);
      for (int seed = 0; seed < 8; seed++) {
        PicturePair pair = pairs.training(0, new SplittableRandom(seed));
        assertArrayEquals(pair.a().values(), pair.b().values(), preprocess + " " + seed);
        assertArrayEquals(
            pair.a().values(), pairs.training(0, new SplittableRandom(seed)).a().values());
        boolean crops = preprocess.crops();
        assertEquals(crops ? 16 : preprocess == Preprocess.NONE ? 24 : 20, pair.a().width());
      }
    }
  }

  @Test
  void whatIsCutOutIsEverywhereAndMirroredHalfOfTheTime() throws IOException {
    float[] values = new float[10 * 10];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 50f - 1;
    }
    Files.createDirectories(dir.resolve("A"));
    Files.createDirectories(dir.resolve("B"));
    Images.writePng(dir.resolve("A/x.png"), values, 1, 10, 10);
    Images.writePng(dir.resolve("B/x.png"), values, 1, 10, 10);
    PicturePlan plan = new PicturePlan(Preprocess.CROP, 10, 8, true, 1);
    PicturePairs pairs = UnpairedPictures.open(dir, MAX, A_TO_B, plan);
    boolean[] corners = new boolean[100];
    int mirrored = 0;
    for (int seed = 0; seed < 400; seed++) {
      float[] cut = pairs.training(0, new SplittableRandom(seed)).a().values();
      boolean flipped = cut[0] > cut[1];
      mirrored += flipped ? 1 : 0;
      corners[Math.round((Math.min(cut[0], cut[7]) + 1) * 50)] = true;
    }
    assertEquals(200, mirrored, 40);
    for (int y = 0; y < 10; y++) {
      for (int x = 0; x < 10; x++) {
        assertEquals(x < 3 && y < 3, corners[10 * y + x], "corner %d, %d".formatted(x, y));
      }
    }
  }

  @Test
  void anEpochIsAsLongAsTheLargerFolderAndMeetsRandomOthers() throws IOException {
    for (int i = 0; i < 5; i++) {
      write(dir.resolve("trainA/%d.png".formatted(i)), 8, 8, i / 5f, i / 5f);
    }
    for (int i = 0; i < 3; i++) {
      write(dir.resolve("trainB/%d.png".formatted(i)), 8, 8, -i / 5f, -i / 5f);
    }
    PicturePairs pairs = UnpairedPictures.open(dir, MAX, A_TO_B, PLAIN);
    assertEquals(5, pairs.size());
    boolean[] met = new boolean[3];
    for (int seed = 0; seed < 50; seed++) {
      PicturePair pair = pairs.training(seed % 5, new SplittableRandom(seed));
      assertLevel(seed % 5 / 5f, pair.a());
      met[Math.round(-5 * pair.b().values()[0])] = true;
    }
    assertArrayEquals(new boolean[] {true, true, true}, met);
  }

  /** Those of {@code make_pictures.py}; the names say what kind each is of. */
  @Test
  void picturesOfEveryKindAreTrainedOnAsTheyAreSeen() throws IOException {
    Path kinds = Path.of("src/test/resources/lanewise/picture");
    Files.createDirectories(dir.resolve("trainA"));
    Files.createDirectories(dir.resolve("trainB"));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(kinds, "*.{png,jpg}")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String unique = name.replace('.', '-') + name.substring(name.length() - 4);
        Files.copy(file, dir.resolve("trainA").resolve(unique));
        Files.copy(file, dir.resolve("trainB").resolve(unique));
      }
    }
    PictureFolder seen = PictureFolder.of(dir.resolve("trainA"), MAX);
    for (int channels : new int[] {1, 3}) {
      PictureKinds equal = new PictureKinds(Direction.A_TO_B, channels, channels);
      PicturePairs paired = PairedPictures.open(dir, MAX, equal, PLAIN);
      PicturePairs unpaired = UnpairedPictures.open(dir, MAX, equal, PLAIN);
      for (int i = 0; i < seen.size(); i++) {
        Picture picture = Pictures.read(seen.file(i), MAX);
        Planes expected = Planes.of(PictureFolder.withChannels(picture, channels));
        Planes trained = unpaired.training(i, random()).a();
        assertEquals(picture.width(), trained.width(), seen.file(i).toString());
        assertArrayEquals(expected.values(), trained.values(), seen.file(i).toString());
        assertArrayEquals(expected.values(), paired.training(i, random()).b().values());
      }
    }
  }

  private void refused(String... words) {
    refused(A_TO_B, PLAIN, words);
  }

  private void refused(PictureKinds kinds, PicturePlan plan, String... words) {
    UserException refusal =
        assertThrows(UserException.class, () -> PairedPictures.open(dir, MAX, kinds, plan));
    for (String word : words) {
      assertTrue(refusal.getMessage().contains(word), refusal.getMessage());
    }
    assertFalse(refusal.getMessage().contains("\n"));
  }

  @Test
  void namesWithoutTheirCounterpartAreNamed() throws IOException {
    write(dir.resolve("A/x.png"), 8, 8, 0, 0);
    write(dir.resolve("A/alone.png"), 8, 8, 0, 0);
    write(dir.resolve("B/x.png"), 8, 8, 0, 0);
    write(dir.resolve("B/other.png"), 8, 8, 0, 0);
    refused("alone", "other", "A only", "B only");
  }

  @Test
  void aFolderWithoutTheOtherIsNamed() throws IOException {
    write(dir.resolve("trainA/x.png"), 8, 8, 0, 0);
    refused("no folder trainB beside trainA");
    write(dir.resolve("trainB/x.png"), 8, 8, 0, 0);
    write(dir.resolve("testB/x.png"), 8, 8, 0, 0);
    refused("no folder testA beside testB");
  }

  @Test
  void twoPicturesOfOneNameAreNamed() throws IOException {
    write(dir.resolve("A/x.png"), 8, 8, 0, 0);
    write(dir.resolve("B/x.png"), 8, 8, 0, 0);
    write(dir.resolve("B/x.jpg"), 8, 8, 0, 0);
    refused("B/x.jpg", "B/x.png have one name");
  }

  @Test
  void whatIsMissingOfAFileIsFoundBeforeItIsRead() throws IOException {
    for (String folder : new String[] {"trainA", "trainB", "testA", "testB"}) {
      write(dir.resolve(folder + "/x.png"), 8, 8, 0, 0);
    }
    Path test = dir.resolve("testB/x.png");
    byte[] whole = Files.readAllBytes(test);
    Files.write(test, Arrays.copyOf(whole, whole.length - 20));
    refused("testB/x.png: truncated");
    UserException refusal =
        assertThrows(UserException.class, () -> UnpairedPictures.open(dir, MAX, A_TO_B, PLAIN));
    assertTrue(refusal.getMessage().contains("testB/x.png: truncated"), refusal.getMessage());
  }

  @Test
  void moreThanTheAllowedPixelsAreNotRead() throws IOException {
    write(dir.resolve("x.png"), 40, 52, 0, 0);
    refused("x.png: 52 x 40 pixels", "at most 2000", "--max-pixels");
    assertEquals(1, PairedPictures.open(dir, 2080, A_TO_B, PLAIN).size());
  }

  @Test
  void picturesOfAPairHaveOneSize() throws IOException {
    write(dir.resolve("A/x.png"), 8, 8, 0, 0);
    write(dir.resolve("B/x.png"), 8, 12, 0, 0);
    refused("x.png is 8 x 8", "12 x 8");
  }

  @Test
  void aFileOfTwoPicturesHasAnEvenWidth() throws IOException {
    write(dir.resolve("x.png"), 8, 15, 0, 0);
    refused("x.png is 15 x 8", "halved");
  }

  @Test
  void emptyFoldersAndFilesThatAreNoPicturesAreNamed() throws IOException {
    refused("no PNG or JPEG");
    Files.write(dir.resolve("x.png"), new byte[100]);
    refused("x.png", "neither PNG nor JPEG");
    UserException refusal =
        assertThrows(UserException.class, () -> UnpairedPictures.open(dir, MAX, A_TO_B, PLAIN));
    assertTrue(refusal.getMessage().contains("trainA"), refusal.getMessage());
  }

  @Test
  void aPictureSmallerThanTheCropIsNamed() throws IOException {
    write(dir.resolve("x.png"), 8, 16, 0, 0);
    refused(
        A_TO_B,
        new PicturePlan(Preprocess.CROP, 9, 9, false, 1),
        "x.png is 8 x 8",
        "--crop-size 9");
    assertEquals(
        9,
        PairedPictures.open(
                dir, MAX, A_TO_B, new PicturePlan(Preprocess.RESIZE_AND_CROP, 9, 9, false, 1))
            .training(0, random())
            .a()
            .height());
  }

  @Test
  void sizesThatTheNetworkCannotTakeAreRefused() {
    assertThrows(UserException.class, () -> new PicturePlan(Preprocess.CROP, 100, 100, false, 64));
    assertThrows(
        UserException.class, () -> new PicturePlan(Preprocess.RESIZE_AND_CROP, 8, 16, false, 1));
  }
}
