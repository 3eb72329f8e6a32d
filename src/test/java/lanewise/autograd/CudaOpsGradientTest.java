package lanewise.autograd;

import lanewise.backend.cuda.OnEmulator;

/** On a GPU, the emulated one. */
@OnEmulator
final class CudaOpsGradientTest extends OpsGradientTest {

  CudaOpsGradientTest() {
    super("cuda");
  }
}
