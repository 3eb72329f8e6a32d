package lanewise.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import lanewise.UserException;

/**
 * What a lab compares: every norm with every objective and every pack, each with all seeds.
 *
 * @param norms by their names
 * @param losses by their names
 * @param packs samples that the discriminator sees at once
 * @param seeds how many
 * @param firstSeed the others follow it
 */
public record Grid(
    List<String> norms, List<String> losses, List<Integer> packs, int seeds, long firstSeed) {

  /**
   * Checks that there is something to train, and nothing twice.
   *
   * @throws UserException that names the option
   */
  public Grid {
    norms = distinct("--norms", norms);
    losses = distinct("--losses", losses);
    packs = distinct("--packs", packs);
    if (seeds < 1) {
      throw new UserException("--seeds must be at least 1, not " + seeds);
    }
  }

  private static <T> List<T> distinct(String option, List<T> values) {
    if (values.isEmpty()) {
      throw new UserException(option + " needs at least one value");
    }
    for (T value : values) {
      if (values.indexOf(value) != values.lastIndexOf(value)) {
        throw new UserException("%s names %s twice".formatted(option, value));
      }
    }
    return List.copyOf(values);
  }

  /** All that is compared. */
  public List<Variant> variants() {
    List<Variant> variants = new ArrayList<>();
    for (String norm : norms) {
      for (String loss : losses) {
        packs.forEach(pack -> variants.add(new Variant(norm, loss, pack)));
      }
    }
    return variants;
  }

  /** All trainings, a seed at a time: a lab that is not done yet has compared all variants. */
  public List<Cell> cells() {
    return LongStream.range(firstSeed, firstSeed + seeds)
        .boxed()
        .flatMap(seed -> variants().stream().map(variant -> new Cell(variant, seed)))
        .toList();
  }

  /** A variant in words, by what it does not share with all others: {@code batch pack 2}. */
  public String label(Variant variant) {
    List<String> parts = new ArrayList<>();
    if (norms.size() > 1 || losses.size() * packs.size() == 1) {
      parts.add(variant.norm());
    }
    if (losses.size() > 1) {
      parts.add(variant.loss());
    }
    if (packs.size() > 1) {
      parts.add("pack " + variant.pack());
    }
    return String.join(" ", parts);
  }
}
