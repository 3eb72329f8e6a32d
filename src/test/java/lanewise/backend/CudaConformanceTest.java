package lanewise.backend;

import lanewise.backend.cuda.OnEmulator;

/** The engine on an NVIDIA GPU, here on the emulated one. */
@OnEmulator
final class CudaConformanceTest extends BackendConformance {

  @Override
  String name() {
    return "cuda";
  }
}
