package lanewise.backend.conformance;

/**
 * What became of a case on a backend.
 *
 * @param error the largest, in the unit of the case's tolerance
 * @param limit that the error may not exceed
 * @param problem what was wrong, or null if nothing was
 */
public record Verdict(ConformanceCase row, double error, double limit, String problem) {

  public boolean passed() {
    return problem == null;
  }
}
