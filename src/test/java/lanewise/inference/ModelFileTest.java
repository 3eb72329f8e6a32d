package lanewise.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Shape;
import lanewise.io.Safetensors;
import lanewise.io.TensorEntry;
import lanewise.model.Norm;
import lanewise.model.TranslatorSpec;
import lanewise.model.Upsampling;
import lanewise.model.ValueRange;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.onnx.OnnxExporter;
import lanewise.onnx.Signature;
import lanewise.picture.Picture;
import lanewise.train.NetworkMetadata;
import lanewise.train.StateDict;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {
  private static final TranslatorSpec CYCLE_GAN =
      TranslatorSpec.resnet(3, 2, 1, Norm.INSTANCE_PLAIN);

  private static Backend backend;
  @TempDir Path dir;

  @BeforeAll
  static void open() {
    backend = Backends.open("scalar");
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  private static List<TensorEntry> state(TranslatorSpec spec) {
    try (Network network = new Network(backend, spec.network())) {
      network.initialize(spec.initialization(), 1);
      return StateDict.of(network);
    }
  }

  private String open(Path source) {
    try (PictureModel model = ModelFile.open(backend, source, null, null, null)) {
      return model.toString();
    }
  }

  private String refusal(Path source) {
    return assertThrows(UserException.class, () -> open(source)).getMessage();
  }

  @Test
  void recognisesWeightsFromElsewhere() {
    Path file = dir.resolve("horse2zebra.safetensors");
    Safetensors.write(file, state(CYCLE_GAN), Map.of());
    assertEquals(CYCLE_GAN.toString(), open(file));
  }

  @Test
  void leavesOutWhatOldInstanceNormsRemember() {
    List<TensorEntry> state = new ArrayList<>(state(CYCLE_GAN));
    state.add(new TensorEntry("model.2.running_mean", new long[] {2}, new float[2]));
    state.add(new TensorEntry("model.2.num_batches_tracked", new long[0], new float[1]));
    Path file = dir.resolve("old.safetensors");
    Safetensors.write(file, state, Map.of());
    assertEquals(CYCLE_GAN.toString(), open(file));
  }

  @Test
  void believesWhatAFileOfOursSays() {
    TranslatorSpec group = TranslatorSpec.style(4, Norm.GROUP, Upsampling.TRANSPOSED);
    Path run = dir.resolve("run");
    Safetensors.write(
        run.resolve("generator.safetensors"),
        state(group),
        NetworkMetadata.of(group.kind().toString(), group));
    assertEquals(group.toString(), open(run));
  }

  @Test
  void takesTheGeneratorThatMakesPicturesOfB() {
    TranslatorSpec back = TranslatorSpec.resnet(3, 2, 2, Norm.INSTANCE_PLAIN);
    Safetensors.write(dir.resolve("generator_A.safetensors"), state(CYCLE_GAN), Map.of());
    Safetensors.write(dir.resolve("generator_B.safetensors"), state(back), Map.of());
    assertEquals(CYCLE_GAN.toString(), open(dir));
    assertEquals(back.toString(), open(dir.resolve("generator_B.safetensors")));
  }

  @Test
  void namesTheFileAndWhatDoesNotMatch() {
    List<TensorEntry> state = new ArrayList<>(state(CYCLE_GAN));
    state.removeLast();
    Path file = dir.resolve("cut.safetensors");
    Safetensors.write(file, state, Map.of());
    String message = refusal(file);
    assertTrue(message.contains("cut.safetensors cannot be used"), message);
    assertTrue(message.contains("1 missing: model."), message);
  }

  @Test
  void refusesOtherArchitecturesOfOurs() {
    Path file = dir.resolve("gan.safetensors");
    Safetensors.write(
        file,
        state(CYCLE_GAN),
        Map.of(NetworkMetadata.ARCHITECTURE, "dcgan", NetworkMetadata.SPEC, "{}"));
    assertTrue(refusal(file).contains("dcgan"), refusal(file));
  }

  @Test
  void anOnnxModelMakesWhatItsNetworkMakes() throws IOException {
    TranslatorSpec spec = TranslatorSpec.style(4, Norm.INSTANCE, Upsampling.RESIZE);
    Picture picture = picture(22, 13);
    Path file = dir.resolve("style.onnx");
    try (Network network = new Network(backend, spec.network())) {
      network.initialize(spec.initialization(), 1);
      Signature signature = Signature.ofImages(Shape.of(1, 3, 16, 16), 0, 255);
      Files.write(file, OnnxExporter.encode(network, signature, Statistics.RUNNING, Map.of(), 17));
      try (PictureModel known = new PictureModel(network, spec, Statistics.RUNNING);
          PictureModel model = ModelFile.open(backend, file, null, null, null)) {
        Picture expected = known.apply(picture);
        Picture made = model.apply(picture);
        assertEquals(22, made.width());
        for (int c = 0; c < 3; c++) {
          assertArrayEquals(expected.planes()[c], made.planes()[c], 1e-3f);
        }
        Picture tiny = picture(4, 4);
        String refusal = assertThrows(UserException.class, () -> model.apply(tiny)).getMessage();
        assertTrue(refusal.contains("4 x 4 pixels do not go through the model"), refusal);
        assertTrue(refusal.contains("'conv1.conv2d' (Conv)") || refusal.contains("Pad"), refusal);
      }
    }
    assertTrue(
        assertThrows(
                UserException.class,
                () -> ModelFile.open(backend, file, null, Statistics.INPUT, null))
            .getMessage()
            .contains("--statistics"));
  }

  @Test
  void theValuesOfKnownArchitecturesAreKnown() {
    Path file = dir.resolve("known.safetensors");
    Safetensors.write(file, state(CYCLE_GAN), Map.of());
    String message =
        assertThrows(
                UserException.class,
                () -> ModelFile.open(backend, file, null, null, ValueRange.BYTES))
            .getMessage();
    assertTrue(message.contains("--range"), message);
  }

  private static Picture picture(int width, int height) {
    SplittableRandom random = new SplittableRandom(4);
    float[][] planes = new float[3][width * height];
    for (float[] plane : planes) {
      for (int i = 0; i < plane.length; i++) {
        plane[i] = random.nextInt(256);
      }
    }
    return new Picture(width, height, planes);
  }

  @Test
  void saysWhatAFolderLacks() throws IOException {
    assertTrue(refusal(dir).contains("is not a run"), refusal(dir));
    Files.createFile(dir.resolve("options.json"));
    assertTrue(refusal(dir).contains("first checkpoint"), refusal(dir));
  }
}
