package lanewise.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lanewise.UserException;
import lanewise.autograd.Gradients;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.io.TensorEntry;
import lanewise.perceptual.InputScale;
import lanewise.perceptual.OnnxFeatures;
import lanewise.perceptual.PerceptualFeatures;
import lanewise.perceptual.Vgg;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Perceptual features of classifiers as ONNX. */
final class OnnxFeaturesTest {
  /** Channels of the first and of the second block. */
  private static final int[] WIDTHS = {4, 6};

  private final Backend backend = Backends.open("simd");

  @TempDir Path dir;

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void layersAreTheValuesBeforePixelsEnd() throws IOException {
    try (OnnxFeatures features = open(classifier(64), InputScale.UNIT)) {
      assertEquals(
          List.of("c1", "relu1_1", "c2", "relu1_2", "pool", "c3", "relu2_1"), features.layers());
      assertEquals(List.of("relu1_2", "relu2_1"), features.defaultLayers().style());
      assertEquals(List.of("relu2_1"), features.defaultLayers().content());
    }
  }

  @Test
  void theSameWeightsGiveTheFeaturesOfVgg() throws IOException {
    List<String> layers = List.of("relu1_2", "relu2_1");
    try (PerceptualFeatures onnx = open(classifier(64), InputScale.IMAGENET);
        PerceptualFeatures vgg = Vgg.of(backend, vggState(), "test");
        Scope _ = backend.scope()) {
      Tensor pixels = backend.allocate(Shape.of(2, 3, 24, 20));
      backend.upload(values(pixels.shape().size(), 9, 255), pixels);
      Variable images = Variable.leaf(backend, pixels);
      Map<String, Variable> seen = onnx.of(images, layers);
      Map<String, Variable> expected = vgg.of(images, layers);
      for (String layer : layers) {
        assertArrayEquals(read(expected.get(layer)), read(seen.get(layer)), 1e-3f, layer);
      }
      Variable last = seen.get("relu2_1");
      float[] gradient = read(Gradients.of(Ops.mean(last), List.of(images), false).getFirst());
      float[] wanted =
          read(Gradients.of(Ops.mean(expected.get("relu2_1")), List.of(images), false).getFirst());
      assertArrayEquals(wanted, gradient, 1e-6f);
    }
  }

  @Test
  void whatHasNoFeatureMapsOfAnySizeIsRefused() throws IOException {
    ModelProto linear =
        new ModelBuilder(17)
            .input("x", 1, 3, 64, 64)
            .node("Flatten", "x", "y")
            .node("Relu", "y", "r")
            .output("r")
            .build();
    assertRefused(linear, "no activations");
    ModelProto two =
        new ModelBuilder(17)
            .input("x", 1, 3, 64, 64)
            .input("z", 1, 3, 64, 64)
            .node("Add", "x z", "y")
            .node("Relu", "y", "r")
            .output("r")
            .build();
    assertRefused(two, "dynamic");
  }

  private void assertRefused(ModelProto model, String said) {
    UserException e = assertThrows(UserException.class, () -> open(model, InputScale.UNIT));
    assertTrue(e.getMessage().contains(said), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  private OnnxFeatures open(ModelProto model, InputScale scale) throws IOException {
    Path file = Files.write(dir.resolve("classifier.onnx"), model.toByteArray());
    return OnnxFeatures.open(backend, OnnxModel.read(file), scale);
  }

  private static ModelProto classifier(int side) {
    ModelBuilder model = new ModelBuilder(17).input("image", 1, 3, side, side);
    for (TensorEntry entry : vggState()) {
      int[] dims = new int[entry.shape().length];
      for (int i = 0; i < dims.length; i++) {
        dims[i] = (int) entry.shape()[i];
      }
      model.constant(entry.name(), HostTensor.of(entry.data(), dims));
    }
    int[] same = ModelBuilder.list(1, 1, 1, 1);
    int[] two = ModelBuilder.list(2, 2);
    return model
        .node("Conv", "image features.0.weight features.0.bias", "c1", "pads", same)
        .node("Relu", "c1", "relu1_1")
        .node("Conv", "relu1_1 features.2.weight features.2.bias", "c2", "pads", same)
        .node("Relu", "c2", "relu1_2")
        .node("MaxPool", "relu1_2", "pool", "kernel_shape", two, "strides", two)
        .node("Conv", "pool features.5.weight features.5.bias", "c3", "pads", same)
        .node("Relu", "c3", "relu2_1")
        .node("GlobalAveragePool", "relu2_1", "mean")
        .node("Flatten", "mean", "classes")
        .node("Relu", "classes", "logits")
        .output("logits")
        .build();
  }

  private static List<TensorEntry> vggState() {
    List<TensorEntry> state = new ArrayList<>();
    int channels = 3;
    for (int index : new int[] {0, 2, 5}) {
      int width = WIDTHS[index / 5];
      float[] weight = values(width * channels * 9, index, 1);
      for (int i = 0; i < weight.length; i++) {
        weight[i] = (weight[i] - 0.5f) / channels;
      }
      String name = "features." + index;
      state.add(new TensorEntry(name + ".weight", new long[] {width, channels, 3, 3}, weight));
      state.add(
          new TensorEntry(name + ".bias", new long[] {width}, values(width, index + 1, 0.1f)));
      channels = width;
    }
    return state;
  }

  private static float[] values(int count, long seed, float largest) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = largest * random.nextFloat();
    }
    return values;
  }

  private float[] read(Variable x) {
    float[] values = new float[x.shape().size()];
    backend.read(x.tensor(), values);
    return values;
  }
}
