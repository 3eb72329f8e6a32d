package lanewise.torch;

import lanewise.backend.cuda.OnEmulator;

@OnEmulator
final class CudaNetworkReferenceTest extends NetworkReferenceTest {

  CudaNetworkReferenceTest() {
    super("cuda", 1e-5);
  }
}
