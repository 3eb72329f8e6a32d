package lanewise.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import lanewise.UserException;
import lanewise.backend.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NormTest {

  @Test
  void namesAreThoseOfTheOption() {
    assertEquals(
        List.of(
            "batch",
            "instance",
            "instance-plain",
            "layer",
            "group",
            "none",
            "conditional-batch",
            "conditional-instance",
            "adain"),
        Arrays.stream(Norm.values()).map(Norm::toString).toList());
    for (Norm norm : Norm.values()) {
      assertEquals(norm, Norm.named(norm.toString()));
    }
  }

  @ParameterizedTest
  @EnumSource(Norm.class)
  void keepsTheShape(Norm norm) {
    Shape x = Shape.of(2, 12, 4, 4);
    assertEquals(x, norm.of(12, 10).outputShape(x));
  }

  @Test
  void aConditionalNormNeedsClasses() {
    UserException e = assertThrows(UserException.class, () -> Norm.CONDITIONAL_BATCH.of(12, 0));
    assertEquals(
        "The norm conditional-batch needs to be told a class; use data with labels and"
            + " --conditional, or the norm batch",
        e.getMessage());
    assertThrows(UserException.class, () -> Norm.ADAIN.of(12, 0));
  }
}
