package lanewise.torch;

import lanewise.backend.cuda.OnEmulator;

/** Accumulates in float, in an order that depends on the device and on cuDNN's algorithms. */
@OnEmulator
final class CudaStyleTraceTest extends StyleTraceTest {

  CudaStyleTraceTest() {
    super("cuda", new Tolerances(1e-5, 5e-5, 2e-6));
  }
}
