package lanewise.torch;

import lanewise.backend.cuda.OnEmulator;

/**
 * Accumulates in float, on a GPU in an order of cuDNN's choice.
 *
 * <p>On the emulated one the losses of the ten steps are within 5.0e-7 and the weights within
 * 5.0e-7.
 */
@OnEmulator
final class CudaTorchReferenceTest extends TorchReferenceTest {

  CudaTorchReferenceTest() {
    super("cuda", new Tolerances(3e-6, 1e-5, 5e-7, 1e-5, 5e-5, 1e-5, 2e-6));
  }
}
