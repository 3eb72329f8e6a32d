package lanewise.autograd;

import lanewise.backend.cuda.OnEmulator;

/** On a GPU, the emulated one. */
@OnEmulator
final class CudaR1GradientTest extends R1GradientTest {

  CudaR1GradientTest() {
    super("cuda");
  }
}
