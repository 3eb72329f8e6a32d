package lanewise.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.model.Norm;
import lanewise.model.TranslatorSpec;
import lanewise.model.Upsampling;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.picture.Picture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PictureModelTest {
  private static final TranslatorSpec UNET =
      TranslatorSpec.unet(3, 3, 2, 5, Norm.INSTANCE_PLAIN, false);
  private static final TranslatorSpec STYLE =
      TranslatorSpec.style(4, Norm.INSTANCE, Upsampling.RESIZE);

  private static Backend backend;

  @BeforeAll
  static void open() {
    backend = Backends.open("simd");
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  private static Network network(TranslatorSpec spec) {
    Network network = new Network(backend, spec.network());
    network.initialize(spec.initialization(), 5);
    return network;
  }

  private static Picture picture(int width, int height, int channels) {
    SplittableRandom random = new SplittableRandom(9);
    float[][] planes = new float[channels][width * height];
    for (float[] plane : planes) {
      for (int i = 0; i < plane.length; i++) {
        plane[i] = random.nextInt(256);
      }
    }
    return new Picture(width, height, planes);
  }

  private static Picture apply(TranslatorSpec spec, Picture picture) {
    try (Network network = network(spec);
        PictureModel model = new PictureModel(network, spec, Statistics.RUNNING)) {
      return model.apply(picture);
    }
  }

  @Test
  void mapsLevelsToWhatTheNetworkTakesAndBack() {
    Picture picture = picture(32, 64, 3);
    try (Network network = network(UNET);
        Scope _ = backend.scope()) {
      Tensor x = backend.allocate(Shape.of(1, 3, 64, 32));
      float[] values = new float[x.shape().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = picture.planes()[i / (64 * 32)][i % (64 * 32)] / 127.5f - 1;
      }
      backend.upload(values, x);
      Tensor y = network.forward(Variable.constant(backend, x), Statistics.RUNNING).tensor();
      float[] expected = new float[values.length];
      backend.read(y, expected);
      Picture made = apply(UNET, picture);
      for (int i = 0; i < expected.length; i++) {
        float level = made.planes()[i / (64 * 32)][i % (64 * 32)];
        assertEquals(127.5f * (expected[i] + 1), level, 0.01f, "element " + i);
      }
    }
  }

  @Test
  void mirrorsWhatTheNetworkCannotTakeAndCutsItOff() {
    Picture whole = picture(64, 64, 3);
    Picture part = whole.cropped(0, 0, 45, 33);
    // The mirror's pixels, back and forth where the picture is smaller than what is missing.
    float[][] mirrored = new float[3][64 * 64];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < 64; i++) {
        for (int j = 0; j < 64; j++) {
          mirrored[c][i * 64 + j] = part.planes()[c][mirror(i, 33) * 45 + mirror(j, 45)];
        }
      }
    }
    Picture expected = apply(UNET, new Picture(64, 64, mirrored)).cropped(0, 0, 45, 33);
    Picture made = apply(UNET, part);
    assertEquals(45, made.width());
    assertEquals(33, made.height());
    for (int c = 0; c < 3; c++) {
      assertArrayEquals(expected.planes()[c], made.planes()[c], 0.01f);
    }
  }

  private static int mirror(int i, int size) {
    int at = i;
    int step = 1;
    int place = 0;
    while (at-- > 0) {
      if (place + step < 0 || place + step >= size) {
        step = -step;
      }
      place += step;
    }
    return place;
  }

  @Test
  void takesPicturesThatAreSmallerThanTheNetworksMultiple() {
    Picture made = apply(UNET, picture(1, 7, 3));
    assertEquals(1, made.width());
    assertEquals(7, made.height());
  }

  @Test
  void keepsAlphaAndTakesGrey() {
    Picture grey = picture(20, 12, 1);
    float[] alpha = new float[240];
    alpha[7] = 200;
    Picture made = apply(STYLE, new Picture(20, 12, grey.planes(), alpha));
    assertEquals(3, made.channels());
    assertSame(alpha, made.alpha());

    TranslatorSpec toGrey = TranslatorSpec.unet(1, 1, 2, 5, Norm.INSTANCE_PLAIN, false);
    assertEquals(1, apply(toGrey, picture(20, 12, 3)).channels());
  }

  @Test
  void saysThatAPictureIsTooSmall() {
    String message =
        assertThrows(UserException.class, () -> apply(STYLE, picture(4, 300, 3))).getMessage();
    assertTrue(message.contains("4 x 300 pixels are too few"), message);
    assertTrue(message.contains("conv1"), message);
  }

  @Test
  void refusesNetworksOfOtherImages() {
    TranslatorSpec six = TranslatorSpec.resnet(6, 2, 1, Norm.INSTANCE_PLAIN);
    String message =
        assertThrows(UserException.class, () -> apply(six, picture(16, 16, 3))).getMessage();
    assertTrue(message.contains("takes images of 6 channels"), message);
  }

  @Test
  void originalColoursKeepChroma() {
    Picture colours = picture(8, 8, 3);
    float[][] planes = new float[3][64];
    for (float[] plane : planes) {
      Arrays.fill(plane, 128);
    }
    Picture made = Luminance.with(colours, new Picture(8, 8, planes));
    float[] luminance = Luminance.of(made);
    for (int i = 0; i < 64; i++) {
      boolean clipped = false;
      for (int c = 0; c < 3; c++) {
        clipped |= made.planes()[c][i] == 0 || made.planes()[c][i] == 255;
      }
      if (!clipped) {
        assertEquals(128, luminance[i], 0.01f);
        assertEquals(
            colours.planes()[0][i] - colours.planes()[2][i],
            made.planes()[0][i] - made.planes()[2][i],
            0.01f);
      }
    }
  }
}
