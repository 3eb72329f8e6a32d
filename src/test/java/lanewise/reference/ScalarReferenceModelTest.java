package lanewise.reference;

final class ScalarReferenceModelTest extends ReferenceModelTest {

  ScalarReferenceModelTest() {
    super("scalar");
  }
}
