package lanewise.train.translation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import lanewise.data.BatchOrder;
import lanewise.data.PicturePair;
import lanewise.data.PicturePairs;

/** The pictures of each step; all that is random follows from the seed and the step. */
final class PairBatches {
  private final PicturePairs pairs;
  private final BatchOrder order;
  private final long seed;

  PairBatches(PicturePairs pairs, int batchSize, long seed) {
    this.pairs = pairs;
    this.seed = seed;
    order = new BatchOrder(pairs.name(), pairs.size(), batchSize, seed);
  }

  long stepsPerEpoch() {
    return order.stepsPerEpoch();
  }

  /** Reads and cuts out the pictures of a step, counted from 0. */
  PairBatch read(long step) {
    SplittableRandom random = StepRandom.PICTURES.of(seed, step);
    List<PicturePair> read = new ArrayList<>();
    for (int index : order.indices(step)) {
      read.add(pairs.training(index, random));
    }
    return PairBatch.of(read);
  }
}
