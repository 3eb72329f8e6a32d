package lanewise.inference;

final class ScalarImageNetworkTest extends ImageNetworkTest {

  ScalarImageNetworkTest() {
    super("scalar");
  }
}
