package lanewise.onnx;

import java.util.List;
import lanewise.backend.cuda.Emulator;
import lanewise.backend.cuda.OnEmulator;
import org.junit.jupiter.api.BeforeEach;

@OnEmulator
class CudaOperationsTest extends OperationsTest {
  @Override
  List<String> backends() {
    return List.of("cuda");
  }

  @BeforeEach
  void configure() {
    Emulator.configure("");
  }
}
