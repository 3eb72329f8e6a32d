package lanewise.inference;

final class SimdImageNetworkTest extends ImageNetworkTest {

  SimdImageNetworkTest() {
    super("simd");
  }
}
