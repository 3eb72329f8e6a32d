package lanewise.reference;

import lanewise.backend.cuda.OnEmulator;
import lanewise.reference.ReferenceModel.Case;

@OnEmulator
final class CudaReferenceModelTest extends ReferenceModelTest {

  CudaReferenceModelTest() {
    super("cuda");
  }

  /** The emulator's convolutions are plain loops: digits, but no photographs. */
  @Override
  boolean isCheap(Case c) {
    return c.model().folder().getFileName().toString().contains("mnist")
        || c.model().folder().getFileName().toString().contains("critic");
  }
}
