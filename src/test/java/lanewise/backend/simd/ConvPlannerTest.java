package lanewise.backend.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.backend.simd.ConvPlan.Pass;
import lanewise.backend.simd.ConvPlanner.Preference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConvPlannerTest {
  private static final ConvSpec HALVING = ConvSpec.of(2, 1);
  private static final ConvSpec SAME = ConvSpec.of(1, 1);

  @ParameterizedTest
  @EnumSource(Pass.class)
  void layersOfManyChannelsAreTiled(Pass pass) {
    assertEquals(
        ConvAlgorithm.WINOGRAD_TWO_TAPS,
        choose(Preference.FASTEST, pass, HALVING, Shape.of(64, 64, 32, 32), 128, 4));
    assertEquals(
        ConvAlgorithm.WINOGRAD_TWO_TAPS,
        choose(Preference.FASTEST, pass, HALVING, Shape.of(64, 256, 8, 8), 512, 4));
    assertEquals(
        ConvAlgorithm.WINOGRAD_THREE_TAPS,
        choose(Preference.FASTEST, pass, SAME, Shape.of(1, 256, 64, 64), 256, 3));
  }

  @ParameterizedTest
  @EnumSource(Pass.class)
  void imagesOfFewChannelsAreReadDirectly(Pass pass) {
    Shape image = Shape.of(64, 3, 64, 64);
    assertEquals(ConvAlgorithm.DIRECT, choose(Preference.FASTEST, pass, HALVING, image, 64, 4));
  }

  @ParameterizedTest
  @EnumSource(Pass.class)
  void fewOutputChannelsAreReadDirectlyWithStrideOne(Pass pass) {
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
        choose(Preference.FASTEST, Pass.FORWARD, SAME, Shape.of(1, 256, 2, 2), 256, 3));
  }

  @Test
  void kernelsWithOtherTapsAreNeverTiled() {
    Shape x = Shape.of(4, 64, 16, 16);
    for (int kernel : new int[] {1, 5, 7}) {
      assertEquals(
          ConvAlgorithm.GEMM,
          choose(Preference.WINOGRAD, Pass.FORWARD, ConvSpec.of(1, 3), x, 64, kernel));
    }
  }

  @ParameterizedTest
  @EnumSource(Pass.class)
  void whatIsForcedIsTaken(Pass pass) {
    Shape small = Shape.of(1, 3, 6, 6);
    assertEquals(
        ConvAlgorithm.WINOGRAD_THREE_TAPS, choose(Preference.WINOGRAD, pass, SAME, small, 5, 3));
    Shape large = Shape.of(64, 64, 32, 32);
    assertEquals(ConvAlgorithm.GEMM, choose(Preference.GEMM, pass, HALVING, large, 128, 4));
  }

  @Test
  void onePlanIsMadeForOneShapeAndExplained() {
    ConvPlanner planner = new ConvPlanner(Preference.GEMM);
    Shape x = Shape.of(64, 64, 32, 32);
    Shape w = Shape.filter(128, 64, 4, 4);
    Shape y = HALVING.outputShape(x, w);
    ConvPlan plan = planner.plan(Pass.FORWARD, HALVING, x, w, y);
    assertSame(plan, planner.plan(Pass.FORWARD, ConvSpec.of(2, 1), x, w, y));
    assertEquals(4.294967296, plan.gflop(), 1e-9);
    assertEquals(
        "conv forward 64x64x32x32 * filter 128x64x4x4, stride 2x2, pad 1x1: implicit GEMM,"
            + " 4.295 GFLOP (Winograd is switched off)",
        plan.toString());
  }

  private static ConvAlgorithm choose(
      Preference preference, Pass pass, ConvSpec spec, Shape x, int outputs, int kernel) {
    Shape w = Shape.filter(outputs, x.c(), kernel, kernel);
    return new ConvPlanner(preference).plan(pass, spec, x, w, spec.outputShape(x, w)).algorithm();
  }
}
