package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Tensor;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.train.GanTrainer.StepResult;
import lanewise.train.loss.NonSaturating;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Training where steps are captured. */
class CaptureTest {
  private static final int BATCH = 4;
  private static final int STEPS = 3;

  private final Backend plain = Backends.open("scalar");
  private boolean capturing;

  @AfterEach
  void close() {
    plain.close();
  }

  /** {@code plain}, but that steps are captured, as which they may do nothing a graph cannot. */
  private Backend capturing() {
    Set<String> impossible = Set.of("upload", "read", "sync");
    InvocationHandler handler =
        (_, method, arguments) -> {
          assertTrue(
              !capturing || !impossible.contains(method.getName()),
              method.getName() + " is called in a captured step");
          if (method.getName().equals("capture")) {
            return captured((Runnable) arguments[0]);
          }
          try {
            return method.invoke(plain, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, handler);
  }

  private Runnable captured(Runnable step) {
    return () -> {
      capturing = true;
      step.run();
      capturing = false;
    };
  }

  private static GanTrainer trainer(Backend backend, double lr, boolean capture) {
    Dcgan model = new Dcgan(16, 1, 4, 4, 4, Norm.BATCH);
    AdamOptions adam = new AdamOptions(lr, 0.5, 0.999);
    return new GanTrainer(backend, model, Recipe.of(new NonSaturating(), adam, BATCH), 0, capture);
  }

  private static float[] images() {
    Random random = new Random(1);
    float[] images = new float[BATCH * 16 * 16];
    for (int i = 0; i < images.length; i++) {
      images[i] = 2 * random.nextFloat() - 1;
    }
    return images;
  }

  @Test
  void aStepUploadsBeforeItReadsBehindItAndComputesTheSame() {
    try (GanTrainer captured = trainer(capturing(), 2e-4, true);
        GanTrainer uncaptured = trainer(capturing(), 2e-4, false)) {
      List<StepResult> expected =
          IntStream.range(0, STEPS).mapToObj(_ -> uncaptured.step(images())).toList();
      List<StepResult> actual =
          IntStream.range(0, STEPS).mapToObj(_ -> captured.step(images())).toList();
      assertEquals(expected, actual);
      assertArrayEquals(
          read(uncaptured.generator().values()), read(captured.generator().values()), 0);
    }
  }

  private float[] read(Tensor tensor) {
    float[] values = new float[tensor.shape().size()];
    plain.read(tensor, values);
    return values;
  }

  @Test
  void whatIsDoneMeanwhileMayOverwriteTheImages() {
    try (GanTrainer a = trainer(plain, 2e-4, true);
        GanTrainer b = trainer(plain, 2e-4, true)) {
      float[] images = images();
      for (int i = 0; i < STEPS; i++) {
        StepResult alone = a.step(images());
        StepResult beside = b.step(images, null, () -> Arrays.fill(images, Float.NaN));
        System.arraycopy(images(), 0, images, 0, images.length);
        assertEquals(alone, beside);
      }
    }
  }

  @Test
  void aLossThatIsNotANumberIsSeenBehindTheStep() {
    try (GanTrainer captured = trainer(capturing(), 1e30, true);
        GanTrainer uncaptured = trainer(capturing(), 1e30, false)) {
      String behind = failure(captured);
      assertTrue(behind.contains("loss is NaN") && behind.contains("--no-capture"), behind);
      String within = failure(uncaptured);
      assertTrue(within.contains("first seen in"), within);
    }
  }

  private static String failure(GanTrainer trainer) {
    return assertThrows(
            UserException.class,
            () -> {
              for (int i = 0; i < 5; i++) {
                trainer.step(images());
              }
            })
        .getMessage();
  }
}
