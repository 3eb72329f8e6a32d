package lanewise.lab;

/**
 * A way to train that a lab compares with others; its runs differ in the seed alone.
 *
 * @param norm of both networks, by its name
 * @param loss the objective, by its name
 * @param pack samples that the discriminator sees at once
 */
public record Variant(String norm, String loss, int pack) {
  /** The objective that folders do not name. */
  private static final String USUAL_LOSS = "non-saturating";

  /** The part of a run's folder that names the variant, whatever else the lab compares. */
  String slug() {
    return norm + (loss.equals(USUAL_LOSS) ? "" : "-" + loss) + (pack == 1 ? "" : "-pack" + pack);
  }
}
