package lanewise.torch;

/**
 * Accumulates in float, in an order that depends on the width of the machine's vectors.
 *
 * <p>The largest of what was measured with 128, 256 and 512 bits: 1.1e-6 for values and gradients,
 * 4.3e-6 for gradients of gradients, 1.4e-6 for penalties, 1.1e-5 for the first gradients, 9.6e-7
 * for losses and 8.1e-7 for weights.
 */
final class SimdTorchReferenceTest extends TorchReferenceTest {

  SimdTorchReferenceTest() {
    super("simd", new Tolerances(3e-6, 1e-5, 5e-7, 1e-5, 5e-5, 1e-5, 2e-6));
  }
}
