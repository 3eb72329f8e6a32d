package lanewise.train;

import lanewise.UserException;
import lanewise.data.Batches;
import lanewise.data.Dataset;

/** The samples of a step, which can be read while the backend computes the step before it. */
final class NextBatch {
  private static final long NONE = -1;

  private final Batches batches;
  private final Dataset data;
  private final int perStep;
  private final float[] images;

  /** Null if nobody asks for them. */
  private final int[] labels;

  private long held = NONE;

  /**
   * The samples of steps.
   *
   * @param perStep batches of a step
   * @param labelled whether labels are wanted too
   */
  NextBatch(Batches batches, Dataset data, int perStep, boolean labelled) {
    this.batches = batches;
    this.data = data;
    this.perStep = perStep;
    int samples = perStep * batches.size();
    images = new float[samples * data.channels() * data.height() * data.width()];
    labels = labelled ? new int[samples] : null;
  }

  /** The images of {@code step}, counted from 0, until others are read. */
  float[] images(long step) {
    if (held != step) {
      held = NONE;
      for (int i = 0; i < perStep; i++) {
        read(step * perStep + i, i * batches.size());
      }
      held = step;
    }
    return images;
  }

  private void read(long batch, int at) {
    int sample = images.length / (perStep * batches.size());
    for (int index : batches.indices(batch)) {
      data.read(index, images, at * sample);
      if (labels != null) {
        labels[at] = data.label(index);
      }
      at++;
    }
  }

  /** The labels of the images that were read last, or null. */
  int[] labels() {
    return labels;
  }

  /** Reads the images of {@code step} ahead; if they cannot be read, {@link #images} says so. */
  void prepare(long step) {
    try {
      images(step);
    } catch (UserException _) {
      // The step before it is still to be finished and written down.
      held = NONE;
    }
  }
}
