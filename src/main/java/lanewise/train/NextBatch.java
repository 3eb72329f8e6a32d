package lanewise.train;

import lanewise.UserException;
import lanewise.data.Batches;

/** The images of a step, which can be read while the backend computes the step before it. */
final class NextBatch {
  private static final long NONE = -1;

  private final Batches batches;
  private final float[] images;
  private long held = NONE;

  /** Of batches with {@code size} values each. */
  NextBatch(Batches batches, int size) {
    this.batches = batches;
    images = new float[size];
  }

  /** The images of {@code step}, counted from 0, until others are read. */
  float[] of(long step) {
    if (held != step) {
      held = NONE;
      batches.read(step, images);
      held = step;
    }
    return images;
  }

  /** Reads the images of {@code step} ahead; if they cannot be read, {@link #of} says so. */
  void prepare(long step) {
    try {
      of(step);
    } catch (UserException _) {
      // The step before it is still to be finished and written down.
      held = NONE;
    }
  }
}
