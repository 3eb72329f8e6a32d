package lanewise.diagnosis;

import java.util.Locale;

/**
 * A discriminator and the generator that it judges.
 *
 * @param discriminator as a message calls it
 * @param generator as a message calls it
 * @param suffix of the names of what is measured of them
 */
record Rivals(String discriminator, String generator, String suffix) {
  /** Those of a training that has no others. */
  static final Rivals ONLY = new Rivals("the discriminator", "the generator", "");

  /** Those that have a name of one letter beside other ones: {@code discriminator_A}. */
  static Rivals named(String letter) {
    return new Rivals(
        "discriminator_" + letter, "generator_" + letter, "_" + letter.toLowerCase(Locale.ROOT));
  }

  /** The name of what is measured of them. */
  String series(String name) {
    return name + suffix;
  }

  /** The kind of what is found of them. */
  String kind(String name) {
    return name + suffix.replace('_', '-');
  }
}
