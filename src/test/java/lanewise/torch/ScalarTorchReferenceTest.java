package lanewise.torch;

/**
 * The specification: double accumulation, rounded once for each operation.
 *
 * <p>Measured are 2.9e-7 for values and gradients, 4.3e-6 for gradients of gradients (of a
 * saturated sigmoid, whose {@code 1 - y} cancels; 9e-7 without it), 1.7e-7 for Adam, 9e-7 for
 * penalties, 6e-7 for losses and 3.8e-7 for weights.
 */
final class ScalarTorchReferenceTest extends TorchReferenceTest {

  ScalarTorchReferenceTest() {
    super("scalar", new Tolerances(1e-6, 1e-5, 5e-7, 3e-6, 3e-6, 2e-6, 1e-6));
  }
}
