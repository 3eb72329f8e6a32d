package lanewise.train;

import lanewise.backend.cuda.Emulator;
import lanewise.backend.cuda.OnEmulator;
import org.junit.jupiter.api.BeforeEach;

/** With steps that are replayed. */
@OnEmulator
class CudaRecipesTest extends RecipesTest {
  CudaRecipesTest() {
    super("cuda", 1e-4);
  }

  @BeforeEach
  void configure() {
    Emulator.configure("");
  }
}
