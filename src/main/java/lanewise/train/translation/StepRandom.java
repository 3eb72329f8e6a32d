package lanewise.train.translation;

import java.util.SplittableRandom;

/** Randomness as a function of the seed, the step, and what it is for. */
enum StepRandom {
  PICTURES,
  DROPOUT,
  POOL,
  MIXTURE;

  /** The numbers of a step. */
  SplittableRandom of(long seed, long step) {
    // Twice, so that neighbouring steps and purposes of neighbouring seeds have nothing in common.
    long purpose = new SplittableRandom(seed + ordinal()).nextLong() ^ ordinal();
    return new SplittableRandom(
        new SplittableRandom(purpose ^ Long.rotateLeft(step, 32)).nextLong());
  }
}
