package lanewise.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Shape;
import lanewise.nn.Module;
import lanewise.nn.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the architectures make of a {@link GanSpec}; the numbers are in layers.json. */
class GanArchitecturesTest {

  @ParameterizedTest
  @CsvSource({
    "DCGAN, 28",
    "DCGAN, 32",
    "DCGAN, 64",
    "DCGAN, 128",
    "RESNET, 28",
    "RESNET, 32",
    "RESNET, 48",
    "RESNET, 64",
    "RESNET, 128"
  })
  void takesLatentsToImagesAndImagesToScores(Architecture architecture, int imageSize) {
    for (Upsampling upsampling : Upsampling.values()) {
      for (boolean extras : new boolean[] {false, true}) {
        GanSpec spec =
            new GanSpec(
                imageSize, 3, 10, 4, 4, Norm.BATCH, Norm.NONE, extras, extras, upsampling, 0, 2);
        Gan gan = architecture.of(spec);
        assertEquals(gan.imageShape(8), gan.generator().outputShape(gan.latentShape(8)));
        Shape packs = Shape.of(4, 6, imageSize, imageSize);
        assertEquals(Shape.matrix(4, 1), gan.discriminator().outputShape(packs));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Architecture.class,
      names = {"DCGAN", "RESNET"})
  void refusesASizeThatDoublingDoesNotReach(Architecture architecture) {
    GanSpec spec = GanSpec.of(36, 3, 10, 4, 4, Norm.BATCH);
    assertThrows(UserException.class, () -> architecture.of(spec));
  }

  @ParameterizedTest
  @EnumSource(
      value = Architecture.class,
      names = {"DCGAN", "RESNET"})
  void classesChangeOnlyWhatIsToldThem(Architecture architecture) {
    GanSpec spec =
        new GanSpec(
            16, 1, 10, 4, 4, Norm.LAYER, Norm.LAYER, false, false, Upsampling.TRANSPOSED, 7, 1);
    Gan gan = architecture.of(spec);
    assertEquals(gan.imageShape(2), gan.generator().outputShape(gan.latentShape(2)));
    assertEquals(Shape.matrix(2, 1), gan.discriminator().outputShape(gan.imageShape(2)));
    Gan plain = architecture.of(GanSpec.of(16, 1, 10, 4, 4, Norm.LAYER));
    assertEquals(names(plain.generator()), names(gan.generator()));
    assertEquals(
        List.of("embed.weight"),
        names(gan.discriminator()).stream().filter(name -> name.startsWith("embed")).toList());
  }

  /** Without one, a network of ReLUs gives k times the values for k times the input. */
  @ParameterizedTest
  @EnumSource(Architecture.class)
  void whereNoNormShiftsABiasDoes(Architecture architecture) {
    boolean points = architecture == Architecture.MLP;
    Gan gan = architecture.of(GanSpec.of(points ? 1 : 32, points ? 2 : 1, 10, 4, 4, Norm.NONE));
    for (Module module : List.of(gan.generator(), gan.discriminator())) {
      Set<String> names = names(module);
      for (String name : names) {
        assertTrue(names.contains(name.replace(".weight", ".bias")), name);
      }
    }
  }

  @Test
  void thePapersCifarNetworksHaveItsWeights() {
    GanSpec spec =
        new GanSpec(
            32, 3, 128, 256, 128, Norm.BATCH, Norm.NONE, true, false, Upsampling.RESIZE, 0, 1);
    Gan gan = new ResnetGan(spec);
    // Per block of the generator: two 3x3 convolutions, a 1x1 convolution, two norms. The paper's
    // linear layer has 16 biases a channel, here it is one.
    long block = 2 * (256 * 256 * 9 + 256) + (256 * 256 + 256) + 2 * 2 * 256;
    long generator = 128 * 256 * 16 + 256 + 3 * block + 2 * 256 + (256 * 3 * 9 + 3);
    assertEquals(generator, parameters(gan.generator()));
    long inner = 2 * (128 * 128 * 9 + 128);
    long first = (3 * 128 * 9 + 128) + inner / 2 + (3 * 128 + 128);
    long discriminator = first + (inner + 128 * 128 + 128) + 2 * inner + 128 + 1;
    assertEquals(discriminator, parameters(gan.discriminator()));
  }

  private static long parameters(Module module) {
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, module)) {
      return network.parameterCount();
    }
  }

  private static Set<String> names(Module module) {
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, module)) {
      return network.state().keySet();
    }
  }
}
