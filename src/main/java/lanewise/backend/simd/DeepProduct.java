package lanewise.backend.simd;

import java.util.Arrays;

/**
 * {@code out = left right} for a small output of a great depth: in parallel over chunks of the
 * depth, for which each worker packs both operands itself.
 */
final class DeepProduct {
  /** The largest output: a chunk of both operands stays in the second-level cache. */
  private static final int MAX_SIDE = 192;

  /** The shortest chunk: below it, adding the partial sums costs too much. */
  private static final int MIN_CHUNK = 1024;

  /** The fewest chunks that are worth it. */
  private static final int MIN_CHUNKS = 8;

  private static final int CHUNK_GRANULE = 16;

  private final Workers workers;
  private final RowBlock[] blocks;
  private final RightPanels[] rights;
  private final PartialSums partialSums;

  DeepProduct(Workers workers) {
    this.workers = workers;
    blocks = new RowBlock[workers.threads()];
    Arrays.setAll(blocks, i -> new RowBlock());
    rights = new RightPanels[workers.threads()];
    Arrays.setAll(rights, i -> new RightPanels(workers));
    partialSums = new PartialSums(workers);
  }

  /** Whether it is the right product for these sizes. */
  static boolean suits(int rows, int columns, int depth) {
    return Math.max(rows, columns) <= MAX_SIDE && depth >= MIN_CHUNKS * MIN_CHUNK;
  }

  void run(Matrix left, int rows, Matrix right, int columns, int depth, RowSink out) {
    Blocks chunks =
        Blocks.even(depth, Math.max(MIN_CHUNK, Math.ceilDiv(depth, Blocks.TASKS)), CHUNK_GRANULE);
    RowSink sums = partialSums.of(rows, columns, chunks.count());
    workers.run(
        chunks.count(),
        (chunk, worker) -> {
          int start = chunks.start(chunk);
          RightPanels panels = rights[worker];
          panels.packAlone(right.below(start), chunks.length(chunk), columns);
          blocks[worker].multiply(
              left.rightOf(start),
              0,
              rows,
              panels,
              0,
              panels.count(),
              (row, from, count, values, at) ->
                  sums.write(chunk * rows + row, from, count, values, at));
        });
    partialSums.add(rows, columns, chunks.count(), out);
  }
}
