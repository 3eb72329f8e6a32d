package lanewise.perceptual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.io.TensorEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told from the names of torchvision's weights; values are held to PyTorch's. */
final class VggTest {
  /** Where torchvision has convolutions. */
  private static final List<Integer> VGG16 =
      List.of(0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28);

  private static final List<Integer> VGG19 =
      List.of(0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34);

  private final Backend backend = Backends.open("scalar");

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void vgg16HasTheLayersOfPyTorchsExample() {
    try (Vgg vgg = Vgg.of(backend, state(VGG16), "vgg16.pth")) {
      assertEquals("VGG-16", vgg.description());
      assertEquals(List.of("relu2_2"), vgg.defaultLayers().content());
      assertEquals(
          List.of("relu1_2", "relu2_2", "relu3_3", "relu4_3"), vgg.defaultLayers().style());
      assertEquals("relu5_3", vgg.layers().getLast());
      assertEquals(16, vgg.smallestSide());
    }
  }

  @Test
  void vgg19HasTheLayersOfGatys() {
    try (Vgg vgg = Vgg.of(backend, state(VGG19), "vgg19.pth")) {
      assertEquals("VGG-19", vgg.description());
      assertEquals(List.of("relu4_2"), vgg.defaultLayers().content());
      assertEquals(
          List.of("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
          vgg.defaultLayers().style());
    }
  }

  @Test
  void featuresHaveTheSizesOfTheirBlocks() {
    try (Vgg vgg = Vgg.of(backend, state(VGG16), "vgg16.pth");
        Scope _ = backend.scope()) {
      Tensor images = backend.allocate(Shape.of(2, 3, 20, 18));
      backend.fill(images, 100);
      Map<String, Variable> seen =
          vgg.of(Variable.constant(backend, images), List.of("relu1_2", "relu3_1"));
      assertEquals(2, seen.size());
      assertEquals(Shape.of(2, 3, 20, 18), seen.get("relu1_2").shape());
      assertEquals(Shape.of(2, 5, 5, 4), seen.get("relu3_1").shape());
    }
  }

  @Test
  void anythingElseIsRefused() {
    List<TensorEntry> batchNorm = state(VGG16);
    batchNorm.add(new TensorEntry("features.1.weight", new long[] {3}, new float[3]));
    assertRefused(batchNorm, "features.1.weight [3]");
    List<TensorEntry> withoutBias = state(VGG16);
    withoutBias.removeIf(entry -> entry.name().equals("features.5.bias"));
    assertRefused(withoutBias, "features.5.weight");
    List<TensorEntry> gap = state(VGG16);
    gap.removeIf(entry -> entry.name().startsWith("features.12."));
    assertRefused(gap, "features.14.weight");
    assertRefused(List.of(), "features.0.weight");
  }

  private void assertRefused(List<TensorEntry> state, String named) {
    UserException e =
        assertThrows(UserException.class, () -> Vgg.of(backend, state, "weights.pth"));
    assertTrue(e.getMessage().contains(named), e.getMessage());
    assertTrue(e.getMessage().startsWith("weights.pth"), e.getMessage());
  }

  @Test
  void layersThatAUserNamesExist() {
    try (Vgg vgg = Vgg.of(backend, state(VGG16), "vgg16.pth")) {
      vgg.checkLayers(vgg.defaultLayers());
      PerceptualLayers wrong = new PerceptualLayers(List.of("relu2_3"), List.of("relu1_1"));
      UserException e = assertThrows(UserException.class, () -> vgg.checkLayers(wrong));
      assertTrue(e.getMessage().contains("'relu2_3' in VGG-16"), e.getMessage());
    }
  }

  /** Convolutions of 3 channels in the first two blocks and 5 in the others, and a classifier. */
  private static List<TensorEntry> state(List<Integer> indices) {
    List<TensorEntry> state = new ArrayList<>();
    int channels = 3;
    for (int index : indices) {
      int width = index < 10 ? 3 : 5;
      String name = "features." + index;
      state.add(
          new TensorEntry(
              name + ".weight",
              new long[] {width, channels, 3, 3},
              new float[width * channels * 9]));
      state.add(new TensorEntry(name + ".bias", new long[] {width}, new float[width]));
      channels = width;
    }
    state.add(new TensorEntry("classifier.0.weight", new long[] {2, 2}, new float[4]));
    return state;
  }
}
