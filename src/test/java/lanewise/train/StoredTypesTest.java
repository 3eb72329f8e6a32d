package lanewise.train;

import static lanewise.backend.ElementType.BF16;
import static lanewise.backend.ElementType.F32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lanewise.backend.Bf16Backend;
import lanewise.backend.Bf16Backend.Call;
import lanewise.backend.ElementType;
import lanewise.backend.Layout;
import lanewise.backend.Shape;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.train.loss.NonSaturating;
import org.junit.jupiter.api.Test;

/** What of a training step is stored as bf16 where the engine stores activations so. */
class StoredTypesTest {

  @Test
  void layersAreStoredAsActivationsAndTheRestIsSingle() {
    Bf16Backend engine = new Bf16Backend();
    Dcgan model = new Dcgan(16, 1, 8, 8, 8, Norm.BATCH);
    GanTrainer trainer =
        new GanTrainer(engine.checked(), model, new NonSaturating(), AdamOptions.DCGAN, 4, 0);
    engine.calls().clear();
    trainer.step(new float[4 * 16 * 16]);

    types(engine, "convForward", BF16, F32, BF16);
    types(engine, "normForward", BF16, BF16);
    types(engine, "normBackward", BF16, BF16, BF16);
    types(engine, "adam", F32, F32, F32, F32, F32);
    for (Call call : engine.calls()) {
      ElementType result = call.types().getLast();
      Shape shape = call.shapes().getLast();
      switch (call.operation()) {
        case "map", "zip" -> assertEquals(isActivation(shape) ? BF16 : F32, result, call::toString);
        // Between them latents, or the gradients of scores.
        case "convBackwardFilter" -> {
          assertEquals(BF16, call.types().getFirst(), call::toString);
          assertEquals(F32, result, call::toString);
        }
        case "convBackwardData" -> assertEquals(List.of(F32, BF16), call.types().subList(1, 3));
        case "sum", "accumulate", "read" -> assertEquals(F32, result, call::toString);
        default -> assertTrue(shape.size() > 0);
      }
    }
  }

  /** Not a filter's gradient, not a score. */
  private static boolean isActivation(Shape shape) {
    return shape.layout() == Layout.NHWC && shape.plane() > 1;
  }

  private static void types(Bf16Backend engine, String operation, ElementType... types) {
    List<Call> calls =
        engine.calls().stream().filter(call -> call.operation().equals(operation)).toList();
    assertFalse(calls.isEmpty(), operation);
    calls.forEach(call -> assertEquals(List.of(types), call.types(), call::toString));
  }
}
