package lanewise.backend.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import lanewise.backend.Algorithm;
import lanewise.backend.ConvPass;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.backend.simd.ConvPlanner.Preference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConvPlannerTest {
  private static final ConvSpec HALVING = ConvSpec.of(2, 1);
  private static final ConvSpec SAME = ConvSpec.of(1, 1);

  @ParameterizedTest
  @EnumSource(ConvPass.class)
  void layersOfManyChannelsAreTiled(ConvPass pass) {
    assertEquals(
        ConvAlgorithm.WINOGRAD_F22,
        choose(Preference.FASTEST, pass, HALVING, Shape.of(64, 256, 8, 8), 512, 4));
    assertEquals(
        ConvAlgorithm.WINOGRAD_F43,
        choose(Preference.FASTEST, pass, SAME, Shape.of(1, 256, 64, 64), 256, 3));
  }

  @ParameterizedTest
  @EnumSource(ConvPass.class)
  void tilesAreLargeWhereTheyPay(ConvPass pass) {
    assertEquals(
        ConvAlgorithm.WINOGRAD_F42,
        choose(Preference.FASTEST, pass, HALVING, Shape.of(64, 64, 32, 32), 128, 4));
    assertEquals(
        ConvAlgorithm.WINOGRAD_F23,
        choose(Preference.FASTEST, pass, SAME, Shape.of(64, 128, 6, 6), 128, 3));
  }

  /** Of one image, the transformed filter is more than all that is multiplied by it. */
  @Test
  void aLargeFilterIsTransformedForSeveralImagesOnly() {
    Shape image = Shape.of(1, 256, 8, 8);
    assertEquals(
        ConvAlgorithm.GEMM, choose(Preference.FASTEST, ConvPass.FORWARD, HALVING, image, 512, 4));
    assertEquals(
        ConvAlgorithm.WINOGRAD_F22,
        choose(Preference.FASTEST, ConvPass.FORWARD, HALVING, Shape.of(16, 256, 8, 8), 512, 4));
  }

  @ParameterizedTest
  @EnumSource(ConvPass.class)
  void imagesOfFewChannelsAreReadDirectly(ConvPass pass) {
    Shape image = Shape.of(64, 3, 64, 64);
    assertEquals(ConvAlgorithm.DIRECT, choose(Preference.FASTEST, pass, HALVING, image, 64, 4));
  }

  @ParameterizedTest
  @EnumSource(ConvPass.class)
  void fewOutputChannelsAreReadDirectlyWithStrideOne(ConvPass pass) {
    Shape image = Shape.of(1, 64, 128, 128);
    ConvSpec same = ConvSpec.of(1, 3);
    assertEquals(
        ConvAlgorithm.DIRECT_MIRRORED, choose(Preference.FASTEST, pass, same, image, 3, 7));
    assertNotEquals(
        ConvAlgorithm.DIRECT_MIRRORED, choose(Preference.FASTEST, pass, HALVING, image, 3, 4));
    // More padding than taps reach cannot be mirrored: it would be negative.
    ConvSpec wide = ConvSpec.of(1, 7);
    assertNotEquals(
        ConvAlgorithm.DIRECT_MIRRORED, choose(Preference.FASTEST, pass, wide, image, 3, 7));
  }

  @Test
  void aFilterLargerThanTheImageIsNotTransformed() {
    assertEquals(
        ConvAlgorithm.GEMM,
        choose(Preference.FASTEST, ConvPass.FORWARD, SAME, Shape.of(1, 256, 2, 2), 256, 3));
  }

  @Test
  void kernelsWithOtherTapsAreNeverTiled() {
    Shape x = Shape.of(4, 64, 16, 16);
    for (int kernel : new int[] {1, 5, 7}) {
      assertEquals(
          ConvAlgorithm.GEMM,
          choose(Preference.WINOGRAD2, ConvPass.FORWARD, ConvSpec.of(1, 3), x, 64, kernel));
    }
  }

  @ParameterizedTest
  @EnumSource(ConvPass.class)
  void whatIsForcedIsTaken(ConvPass pass) {
    Shape small = Shape.of(1, 3, 6, 6);
    assertEquals(ConvAlgorithm.WINOGRAD_F23, choose(Preference.WINOGRAD2, pass, SAME, small, 5, 3));
    assertEquals(ConvAlgorithm.WINOGRAD_F43, choose(Preference.WINOGRAD4, pass, SAME, small, 5, 3));
    Shape large = Shape.of(64, 64, 32, 32);
    assertEquals(ConvAlgorithm.GEMM, choose(Preference.GEMM, pass, HALVING, large, 128, 4));
  }

  @Test
  void onePlanIsMadeForOneShapeAndExplained() {
    ConvPlanner planner = new ConvPlanner(Preference.GEMM);
    Shape x = Shape.of(64, 64, 32, 32);
    Shape w = Shape.filter(128, 64, 4, 4);
    Shape y = HALVING.outputShape(x, w);
    ConvPlan plan = planner.plan(ConvPass.FORWARD, HALVING, x, w, y);
    assertSame(plan, planner.plan(ConvPass.FORWARD, ConvSpec.of(2, 1), x, w, y));
    assertEquals(new Algorithm("implicit GEMM", 1, "Winograd is switched off"), plan.inWords());
  }

  @ParameterizedTest
  @EnumSource(ConvPass.class)
  void winogradSavesMultiplications(ConvPass pass) {
    ConvPlanner planner = new ConvPlanner(Preference.WINOGRAD2);
    assertEquals(9.0 / 16, share(planner, pass, HALVING, Shape.of(64, 64, 32, 32), 4));
    assertEquals(16.0 / 36, share(planner, pass, SAME, Shape.of(1, 64, 64, 64), 3));
    // Tiles of 8 x 8 outputs for 7 x 7.
    assertEquals(16.0 / 36 * 64 / 49, share(planner, pass, SAME, Shape.of(1, 64, 7, 7), 3), 1e-15);
  }

  private static double share(
      ConvPlanner planner, ConvPass pass, ConvSpec spec, Shape x, int kernel) {
    Shape w = Shape.filter(128, x.c(), kernel, kernel);
    return planner.plan(pass, spec, x, w, spec.outputShape(x, w)).share();
  }

  private static ConvAlgorithm choose(
      Preference preference, ConvPass pass, ConvSpec spec, Shape x, int outputs, int kernel) {
    Shape w = Shape.filter(outputs, x.c(), kernel, kernel);
    return new ConvPlanner(preference).plan(pass, spec, x, w, spec.outputShape(x, w)).algorithm();
  }
}
