package lanewise.backend;

/** The engine on an NVIDIA GPU, here on the emulated one. */
final class CudaConformanceTest extends BackendConformance {

  @Override
  String name() {
    return "cuda";
  }
}
