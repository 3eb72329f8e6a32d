package lanewise.torch;

final class SimdNetworkReferenceTest extends NetworkReferenceTest {

  SimdNetworkReferenceTest() {
    super("simd", 1e-5);
  }
}
