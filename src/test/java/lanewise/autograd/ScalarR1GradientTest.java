package lanewise.autograd;

/** On the specification. */
final class ScalarR1GradientTest extends R1GradientTest {

  ScalarR1GradientTest() {
    super("scalar");
  }
}
