package lanewise.torch;

import lanewise.backend.cuda.OnEmulator;
import org.junit.jupiter.api.AfterAll;

/**
 * Accumulates in float, in an order that depends on the device and on cuDNN's algorithms.
 *
 * <p>Norms are our own kernels' here, whatever is faster, for Adam makes much of the rounding of a
 * vanishing gradient: with cuDNN's batch norm, which errs as little, one gradient of one trace
 * differed by 2.9e-5 where 9.0e-6 are allowed.
 */
@OnEmulator
final class CudaTorchReferenceTest extends TorchReferenceTest {
  private static final String NORM = "lanewise.cuda.norm";

  CudaTorchReferenceTest() {
    super("cuda", new Tolerances(3e-6, 1e-5, 5e-7, 1e-5, 5e-5, 1e-5, 2e-6));
    System.setProperty(NORM, "ours");
  }

  @AfterAll
  static void leaveTheChoiceToOthers() {
    System.clearProperty(NORM);
  }
}
