package lanewise.backend;

/**
 * The SIMD backend, in the machine's own vector width and, in further executions of the build, in
 * forced widths of 128, 256 and 512 bits.
 */
final class SimdConformanceTest extends BackendConformance {

  @Override
  String name() {
    return "simd";
  }
}
