package lanewise.benchmarks;

/** One of the engines that are compared. */
public interface Implementation {

  /** Whether this engine has what {@code workload} needs. */
  boolean supports(Workload workload);

  /**
   * Gives the workload's inputs to the engine; they are the same in every engine.
   *
   * @param threads that compute
   */
  Work prepare(Workload workload, int threads);
}
