package lanewise.reference;

final class SimdReferenceModelTest extends ReferenceModelTest {

  SimdReferenceModelTest() {
    super("simd");
  }
}
