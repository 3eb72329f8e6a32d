package lanewise.lab;

/**
 * One training of a lab.
 *
 * @param seed of weights, latents and the order of the data
 */
public record Cell(Variant variant, long seed) {

  /** The name of its run's folder: {@code batch-seed0}. */
  public String name() {
    return "%s-seed%d".formatted(variant.slug(), seed);
  }
}
