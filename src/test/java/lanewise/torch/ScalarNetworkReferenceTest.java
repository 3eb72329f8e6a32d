package lanewise.torch;

final class ScalarNetworkReferenceTest extends NetworkReferenceTest {

  ScalarNetworkReferenceTest() {
    super("scalar", 1e-5);
  }
}
