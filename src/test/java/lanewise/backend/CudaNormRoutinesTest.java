package lanewise.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import lanewise.backend.conformance.ConformanceCase;
import lanewise.backend.conformance.ConformanceCases;
import lanewise.backend.conformance.ConformanceRun;
import lanewise.backend.cuda.Emulator;
import lanewise.backend.cuda.OnEmulator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way to normalise by itself: which is the fastest is not for a test to leave to chance. */
@OnEmulator
class CudaNormRoutinesTest {
  private static final String PROPERTY = "lanewise.cuda.norm";

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ours, cuLaunchKernel",
    "legacy, cudnnBatchNormalizationBackward",
    "graph, cudnnBackendExecute"
  })
  void valuesAreScalars(String routine, String function) {
    Emulator.configure("");
    System.setProperty(PROPERTY, routine);
    try (Backend backend = Backends.open("cuda");
        Backend reference = Backends.open("scalar")) {
      List<String> problems =
          norms()
              .map(row -> ConformanceRun.judge(row, backend, reference, Precision.FP32).problem())
              .filter(Objects::nonNull)
              .toList();
      assertEquals(List.of(), problems);
    } finally {
      System.clearProperty(PROPERTY);
    }
    assertTrue(Emulator.calls(function) > 0, function + " was not called");
  }

  private static Stream<ConformanceCase> norms() {
    return ConformanceCases.all().stream().filter(row -> row.name().startsWith("norm"));
  }
}
