package lanewise.backend;

/**
 * How an engine computes an operation, for those who observe.
 *
 * @param name in words
 * @param share of the direct way's multiplications that it does
 * @param reason for which it was chosen
 */
public record Algorithm(String name, double share, String reason) {
  /** Of an operation for which an engine knows but one. */
  public static final Algorithm ONLY = new Algorithm("", 1, "");
}
