package lanewise.backend;

/**
 * The scalar backend: its laws, its adjoints, and that it writes what it should and nothing else.
 *
 * <p>Compared with itself its values only show that they are reproducible; other tests hold them to
 * PyTorch.
 */
final class ScalarConformanceTest extends BackendConformance {

  @Override
  String name() {
    return "scalar";
  }
}
