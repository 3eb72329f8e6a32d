package lanewise.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Shape;
import lanewise.nn.Network;
import org.junit.jupiter.api.Test;

class MlpTest {

  private static GanSpec spec(int imageSize, Norm normG, int classes, int pack) {
    return new GanSpec(
        imageSize,
        2,
        2,
        400,
        200,
        normG,
        Norm.NONE,
        false,
        false,
        Upsampling.TRANSPOSED,
        classes,
        pack);
  }

  @Test
  void hasTheSizesOfThePaper() {
    Mlp model = new Mlp(spec(1, Norm.BATCH, 0, 2));
    try (Backend backend = Backends.open("scalar");
        Network generator = new Network(backend, model.generator());
        Network discriminator = new Network(backend, model.discriminator())) {
      // Linear layers without bias, a scale and a shift for each unit, and the output's bias.
      assertEquals(2 * 400 + 3 * 400 * 400 + 4 * 2 * 400 + 400 * 2 + 2, generator.parameterCount());
      int first = 5 * (4 * 200 + 200);
      int others = 2 * 5 * (200 * 200 + 200);
      assertEquals(first + others + 200 + 1, discriminator.parameterCount());
      assertEquals(Shape.matrix(6, 2), generator.outputShape(Shape.matrix(6, 2)));
      assertEquals(Shape.matrix(3, 1), discriminator.outputShape(model.spec().judgedShape(6)));
    }
  }

  @Test
  void refusesWhatItCannotDo() {
    assertRefused("images of 32 pixels", spec(32, Norm.BATCH, 0, 1));
    assertRefused("has no classes", spec(1, Norm.BATCH, 8, 1));
  }

  private static void assertRefused(String words, GanSpec spec) {
    UserException e = assertThrows(UserException.class, () -> new Mlp(spec));
    assertTrue(e.getMessage().contains(words), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void doesNotTakeInstanceNormOfSinglePixels() {
    Mlp model = new Mlp(spec(1, Norm.INSTANCE, 0, 1));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> model.generator().outputShape(Shape.matrix(6, 2)));
    assertTrue(e.getMessage().contains("one value per mean"), e.getMessage());
  }
}
