package lanewise.autograd;

/** On the specification. */
final class ScalarOpsGradientTest extends OpsGradientTest {

  ScalarOpsGradientTest() {
    super("scalar");
  }
}
