package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import lanewise.io.Images;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code train --model pix2pix} and {@code cyclegan}. */
class TrainTranslationTest {
  private static final List<Object> SMALL = List.of("--ngf", 2, "--ndf", 2, "--backend", "scalar");
  private static final List<Object> SHORT = List.of("--crop-size", 32, "--steps", 2);

  @TempDir Path dir;
  private Path data;
  private Path out;

  @BeforeEach
  void makeData() throws IOException {
    data = dir.resolve("data");
    out = dir.resolve("run");
    for (String folder : List.of("train", "trainA", "trainB")) {
      for (int i = 0; i < 2; i++) {
        int width = folder.equals("train") ? 80 : 40;
        Files.createDirectories(data.resolve(folder));
        Path file = data.resolve(folder).resolve(i + ".png");
        Images.writePng(file, new float[3 * 36 * width], 3, 36, width);
      }
    }
    // pix2pix would take the two folders for halves of pairs.
    Files.move(
        data.resolve("train"), Files.createDirectories(dir.resolve("pairs")).resolve("train"));
  }

  private Cli.Result train(String model, Object... more) {
    return trainOther(model, Stream.concat(SHORT.stream(), Stream.of(more)).toArray());
  }

  private Cli.Result trainOther(String model, Object... more) {
    Path of = model.equals("pix2pix") ? dir.resolve("pairs") : data;
    List<Object> words =
        new ArrayList<>(List.of("train", "--model", model, "--data", of, "--out", out, SMALL));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  private Map<String, Object> lastLine() throws IOException {
    return JSON.std.mapFrom(Files.readAllLines(out.resolve("metrics.jsonl")).getLast());
  }

  @Test
  void pix2pixLeavesItsFolder() throws IOException {
    String text = train("pix2pix").succeeded().out();
    assertTrue(text.contains("unet_32 and basic, --norm batch"), text);
    assertTrue(text.matches("(?s).*step 2/2  epoch 1  loss G \\S+ L1 \\S+ D real \\S+ .*"), text);
    assertTrue(lastLine().keySet().containsAll(List.of("loss_g", "loss_l1", "loss_d_fake")));
    for (String network : List.of("generator", "discriminator")) {
      assertTrue(Files.exists(out.resolve(network + ".safetensors")), network);
    }
    BufferedImage samples = ImageIO.read(out.resolve("samples/step-000002.png").toFile());
    assertEquals(2 * (2 * 32 + 2) + 2, samples.getHeight());
    assertEquals(3 * (2 * 32 + 2) + 2, samples.getWidth());
    assertTrue(Files.readString(out.resolve("report.html")).contains("\"task\":\"pix2pix\""));
    Cli.run("generate", "--model", out).failed(1, "makes pictures of pictures", "translate");
  }

  @Test
  void cycleGanLeavesItsFolderAndGoesOn() throws IOException {
    train("cyclegan", "--net-g", "resnet_1blocks").succeeded();
    assertTrue(lastLine().keySet().containsAll(List.of("loss_cycle_a", "loss_idt_b", "loss_d_b")));
    for (String network : List.of("generator_A", "generator_B", "discriminator_A")) {
      assertTrue(Files.exists(out.resolve(network + ".safetensors")), network);
    }
    Cli.run("train", "--resume", out, "--backend", "scalar").succeeded();
    Cli.run("train", "--resume", out, "--steps", 4).failed(1, "--steps 2, not 4");
    Cli.run("train", "--resume", out, "--lambda-l1", 4).failed(2, "for --model pix2pix");
    Cli.run("train", "--resume", out, "--model", "pix2pix").failed(2, "leave out --model");
    Cli.run("generate", "--model", out).failed(1, "makes pictures of pictures", "translate");
  }

  @Test
  void aCriticHasItsPenalty() throws IOException {
    train("cyclegan", "--gan_mode", "wgangp", "--dry-run").succeeded();
    train("pix2pix", "--gan-mode", "wgangp", "--norm", "instance").succeeded();
    assertTrue((double) lastLine().get("penalty") > 0);
    assertTrue(Files.readString(out.resolve("options.json")).contains("\"gp\" : 10.0"));
  }

  @Test
  void otherSizesOfPicturesAreTrainedOnOneByOne() throws IOException {
    Images.writePng(data.resolve("trainA/2.png"), new float[3 * 50 * 64], 3, 50, 64);
    trainOther("cyclegan", "--net-g", "resnet_1blocks", "--preprocess", "none", "--epochs", 2)
        .succeeded();
  }

  @Test
  void theOriginalsNamesMeanTheSame() {
    List<String> same = List.of("--dry-run");
    String ours =
        trainOther("pix2pix", "--crop-size", 32, "--net-d", "pixel", "--epochs", 3, same)
            .succeeded()
            .out();
    List<Object> epochs = List.of("--n_epochs", 1, "--n_epochs_decay", 2);
    String theirs =
        trainOther("pix2pix", "--crop_size", 32, "--netD", "pixel", epochs, same).succeeded().out();
    assertTrue(theirs.contains("steps    6 of 1 images"), theirs);
    assertEquals(ours, theirs);
    assertFalse(Files.exists(out));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pix2pix  | --lambda-a 3              | --lambda-a is for --model cyclegan, not pix2pix",
        "cyclegan | --latent 3                | --latent is for --model gan, not cyclegan",
        "gan      | --n-epochs 3              | --n-epochs is for --model pix2pix or cyclegan",
        "pix2pix  | --n-epochs 3 --steps 2   | --n-epochs says what --steps says",
        "pix2pix  | --crop-size 48 --net-g unet_32 | --crop-size 48 is not a multiple of 32",
        "pix2pix  | --crop-size 64 --load-size 60  | --crop-size 64 is larger than --load-size 60",
        "pix2pix  | --net-g unet_100          | --net-g 'unet_100' is not known",
        "pix2pix  | --net-d patch             | Unknown discriminator 'patch'",
        "pix2pix  | --input-nc 2              | --input-nc must be 3 (colour) or 1 (grey)",
        "pix2pix  | --norm conditional-batch  | needs to be told a class",
        "pix2pix  | --batch-size 2 --preprocess none | needs pictures of one size",
        "cyclegan | --input-nc 1              | --lambda-identity needs pictures of one number",
        "cyclegan | --gan-mode wgan           | Unknown gan mode 'wgan'",
        "cyclegan | --gan-mode wgangp --gp 0  | a critic whose slope is bounded",
        "cyclegan | --gan-mode wgangp --preprocess none | --gp needs pictures of one size",
        "pix2pix  | --gan-mode wgangp         | ties the samples of a batch together",
        "pix2pix  | --gp 1                    | use --norm instance, layer or none",
        "cyclegan | --gp -1                   | --gp must be at least 0",
        "cyclegan | --pool-size -1            | --pool-size must be at least 0",
      })
  void impossibleOptionsAreRefusedBeforeAnythingIsWritten(
      String model, String options, String message) {
    trainOther(model, List.of(options.split(" +"))).failed(2, message);
    assertFalse(Files.exists(out));
  }

  @ParameterizedTest
  @CsvSource({"pix2pix, pairs/train/1.png", "cyclegan, data/trainB/1.png"})
  void aFileThatEndsEarlyIsRefusedBeforeAnythingIsWritten(String model, String file)
      throws IOException {
    Path cut = dir.resolve(file);
    byte[] whole = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(whole, whole.length - 20));
    train(model).failed(1, file + ": truncated");
    assertFalse(Files.exists(out));
  }

  @Test
  void aPictureTooSmallForTheNetworksIsRefusedBeforeAnythingIsWritten() throws IOException {
    Images.writePng(data.resolve("trainB/2.png"), new float[3 * 3 * 5], 3, 3, 5);
    trainOther("cyclegan", "--net-g", "resnet_1blocks", "--preprocess", "none", "--steps", 1)
        .failed(1, "trainB/2.png cannot be trained on", "4 x 4 pixels", "--preprocess");
    assertFalse(Files.exists(out));
  }

  @Test
  void aFileThatCannotBeDecodedEndsTheRunWithACheckpoint() throws IOException {
    // The other picture is that of the first step.
    Path file = dir.resolve("pairs/train/0.png");
    byte[] whole = Files.readAllBytes(file);
    byte[] broken = whole.clone();
    // The last bytes of the data, before its checksum and the chunk of the end.
    Arrays.fill(broken, broken.length - 24, broken.length - 16, (byte) 0x55);
    Files.write(file, broken);
    train("pix2pix").failed(1, "0.png", "whole PNG", "go on at step 2 with --resume " + out);
    assertEquals(1, Files.readAllLines(out.resolve("metrics.jsonl")).size());
    Files.write(file, whole);
    Cli.run("train", "--resume", out).succeeded();
    byte[] resumed = Files.readAllBytes(out.resolve("generator.safetensors"));
    out = dir.resolve("uninterrupted");
    train("pix2pix").succeeded();
    assertArrayEquals(resumed, Files.readAllBytes(out.resolve("generator.safetensors")));
  }

  @Test
  void tooManyPixelsAreRefusedUnlessTheyAreAllowed() throws IOException {
    train("pix2pix", "--max-pixels", 2879).failed(1, "80 x 36 pixels", "2879", "--max-pixels");
    assertFalse(Files.exists(out));
    train("pix2pix", "--max-pixels", 2880).succeeded();
    Images.writePng(dir.resolve("pairs/train/2.png"), new float[3 * 36 * 90], 3, 36, 90);
    Cli.run("train", "--resume", out).failed(1, "90 x 36", "2880", "--max-pixels");
    // The limit may change; the number of pictures may not.
    Cli.run("train", "--resume", out, "--max-pixels", 9000).failed(1, "trained on 2 samples");
  }

  @Test
  void impossibleDataIsRefusedBeforeAnythingIsWritten() throws IOException {
    Cli.run("train", "--model", "pix2pix").failed(2, "--model pix2pix needs --data");
    Cli.run("train", "--model", "pix2pix", "--data", dir.resolve("x"), "--out", out)
        .failed(1, "x is not a folder");
    Files.copy(data.resolve("trainA/0.png"), data.resolve("trainA/alone.png"));
    Cli.run("train", "--model", "pix2pix", "--data", data, "--out", out)
        .failed(1, "without their other half", "alone");
    trainOther("cyclegan", "--preprocess", "crop", "--crop-size", 64).failed(1, "--crop-size 64");
    assertFalse(Files.exists(out));
  }
}
