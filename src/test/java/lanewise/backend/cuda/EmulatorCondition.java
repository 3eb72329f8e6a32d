package lanewise.backend.cuda;

import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Lets a test run once the emulator's libraries are there, and says why where they are not. */
final class EmulatorCondition implements ExecutionCondition {

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<String> missing = Emulator.missing();
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("the GPU's libraries are there");
    }
    if (System.getenv("LANEWISE_REQUIRE_EMULATOR") != null) {
      throw new IllegalStateException(missing.get());
    }
    return ConditionEvaluationResult.disabled(missing.get());
  }
}
