package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import lanewise.diagnosis.Finding;
import lanewise.diagnosis.Observation;
import lanewise.train.GanTrainer.StepResult;
import org.junit.jupiter.api.Test;

class StepMetricsTest {
  private static StepMetrics metrics(float gauge, Finding... findings) {
    StepResult result = new StepResult(20, 0.1f, 0.7f, 0.9f, 0.3f, 0, gauge, gauge / 3, gauge / 7);
    return new StepMetrics(20, result.values(), 1, 640, 100, Map.of(), List.of(findings));
  }

  @Test
  void whatWasNotMeasuredIsNotThere() throws IOException {
    Map<String, Object> line = JSON.std.mapFrom(metrics(Float.NaN).json());
    assertFalse(line.containsKey("grad_norm_d"));
    assertFalse(line.containsKey("pixel_diversity"));
    assertFalse(line.containsKey("diagnosis"));
  }

  @Test
  void aLineTellsADiagnosisTheSameAsTheStep() throws IOException {
    for (float gauge : new float[] {Float.NaN, 0.1f, 1e-9f, 12345.678f}) {
      StepMetrics step = metrics(gauge);
      assertEquals(Observation.of(step.fields()), Observation.of(JSON.std.mapFrom(step.json())));
    }
  }

  @Test
  void findingsAreOnTheLineOfTheirStep() throws IOException {
    StepMetrics step = metrics(1, new Finding(20, "collapse", "it \"falls\"", "try something"));
    assertEquals(
        List.of(Map.of("kind", "collapse", "message", "it \"falls\"", "advice", "try something")),
        JSON.std.mapFrom(step.json()).get("diagnosis"));
  }
}
