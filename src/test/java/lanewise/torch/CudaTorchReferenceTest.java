package lanewise.torch;

import lanewise.backend.cuda.OnEmulator;

/** Accumulates in float, in an order that depends on the device and on cuDNN's algorithms. */
@OnEmulator
final class CudaTorchReferenceTest extends TorchReferenceTest {

  CudaTorchReferenceTest() {
    super("cuda", new Tolerances(3e-6, 1e-5, 5e-7, 1e-5, 5e-5, 1e-5, 2e-6));
  }
}
