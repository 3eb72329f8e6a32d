package lanewise.data;

import lanewise.UserException;

/** A data set in the {@link BatchOrder} in which training visits it. Not thread-safe. */
public final class Batches {
  private final Dataset data;
  private final BatchOrder order;

  /**
   * The batches of a data set.
   *
   * @param batchSize samples in a batch, from 1 to the size of the data
   * @throws UserException if the batch size is out of that range
   */
  public Batches(Dataset data, int batchSize, long seed) {
    this.data = data;
    order = new BatchOrder(data.name(), data.size(), batchSize, seed);
  }

  /** Samples in a batch. */
  public int size() {
    return order.size();
  }

  /** The number of whole batches in an epoch, at least 1. */
  public long stepsPerEpoch() {
    return order.stepsPerEpoch();
  }

  /**
   * The samples of one step; cheap for steps of the epoch asked for last.
   *
   * @param step from 0
   * @return {@code batchSize} different indices into the data
   */
  public int[] indices(long step) {
    return order.indices(step);
  }

  /**
   * Copies the samples of one step in PyTorch's order, {@code [n][c][h][w]}.
   *
   * @param step from 0
   * @param target receives {@code batchSize * channels * height * width} values from 0 on
   */
  public void read(long step, float[] target) {
    int sample = data.channels() * data.height() * data.width();
    int[] indices = indices(step);
    for (int i = 0; i < indices.length; i++) {
      data.read(indices[i], target, i * sample);
    }
  }
}
