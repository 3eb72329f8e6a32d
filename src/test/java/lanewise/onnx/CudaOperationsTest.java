package lanewise.onnx;

import java.util.List;
import lanewise.backend.cuda.Emulator;
import lanewise.backend.cuda.OnEmulator;
import org.junit.jupiter.api.BeforeEach;

@OnEmulator
class CudaOperationsTest extends OperationsTest {
  CudaOperationsTest() {
    super(List.of("cuda"));
  }

  @BeforeEach
  void configure() {
    Emulator.configure("");
  }
}
