package lanewise.inference;

import lanewise.backend.cuda.OnEmulator;

@OnEmulator
final class CudaImageNetworkTest extends ImageNetworkTest {

  CudaImageNetworkTest() {
    super("cuda");
  }
}
