package lanewise.data;

import java.util.SplittableRandom;
import lanewise.UserException;

/**
 * The endless order in which training visits samples: in every epoch another permutation, cut into
 * batches, the incomplete last one dropped.
 *
 * <p>The samples of a step follow from the size of the data, the batch size, the seed and the
 * number of the step alone, so that a resumed run needs nothing but its step. Not thread-safe.
 */
public final class BatchOrder {
  private final int batchSize;
  private final long seed;
  private final int[] permutation;
  private long permutedEpoch = -1;

  /**
   * An order.
   *
   * @param name of what the samples are from, for messages
   * @param size how many there are
   * @param batchSize samples in a batch, from 1 to {@code size}
   * @throws UserException if the batch size is out of that range
   */
  public BatchOrder(String name, int size, int batchSize, long seed) {
    if (batchSize < 1) {
      throw new UserException("--batch-size " + batchSize + " is impossible: give at least 1");
    }
    if (batchSize > size) {
      throw new UserException(
          String.format(
              "--batch-size %d is larger than the data, %s: give at most %d",
              batchSize, name, size));
    }
    this.batchSize = batchSize;
    this.seed = seed;
    this.permutation = new int[size];
  }

  /** Samples in a batch. */
  public int size() {
    return batchSize;
  }

  /** The number of whole batches in an epoch, at least 1. */
  public long stepsPerEpoch() {
    return permutation.length / batchSize;
  }

  /**
   * The samples of one step; cheap for steps of the epoch asked for last.
   *
   * @param step from 0
   * @return {@code batchSize} different indices into the data
   */
  public int[] indices(long step) {
    if (step < 0) {
      throw new IndexOutOfBoundsException("step " + step);
    }
    permute(step / stepsPerEpoch());
    int from = (int) (step % stepsPerEpoch()) * batchSize;
    int[] indices = new int[batchSize];
    System.arraycopy(permutation, from, indices, 0, batchSize);
    return indices;
  }

  private void permute(long epoch) {
    if (epoch == permutedEpoch) {
      return;
    }
    // Rotated, so that no small seed and epoch give the stream of another small seed and epoch.
    long epochSeed = new SplittableRandom(seed ^ Long.rotateLeft(epoch, 32)).nextLong();
    permute(permutation, epochSeed);
    permutedEpoch = epoch;
  }

  /** Fills {@code order} with a random permutation of its indices. */
  static void permute(int[] order, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
  }
}
