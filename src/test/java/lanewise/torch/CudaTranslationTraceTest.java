package lanewise.torch;

import lanewise.backend.cuda.OnEmulator;

/** Accumulates in float, in an order that depends on the device and on cuDNN's algorithms. */
@OnEmulator
final class CudaTranslationTraceTest extends TranslationTraceTest {

  CudaTranslationTraceTest() {
    super("cuda", new Tolerances(1e-5, 5e-5, 5e-5));
  }
}
