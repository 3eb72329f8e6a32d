package lanewise.backend;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.stream.Stream;
import lanewise.backend.conformance.ConformanceCases;
import lanewise.backend.conformance.ConformanceRun;
import lanewise.backend.cuda.OnEmulator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The engine on an NVIDIA GPU with activations that are stored as bf16. */
@OnEmulator
final class CudaBf16Test {

  @TestFactory
  Stream<DynamicTest> valuesAreScalarsOfRoundedOperands() {
    Precision bf16 = Precision.BF16;
    Backend backend = Backends.open("cuda", new BackendOptions(1, 0, bf16));
    Backend reference = Backends.open("scalar");
    return ConformanceCases.all().stream()
        .map(
            row ->
                dynamicTest(
                    row.name(),
                    () ->
                        assertNull(ConformanceRun.judge(row, backend, reference, bf16).problem())))
        .onClose(backend::close)
        .onClose(reference::close);
  }
}
