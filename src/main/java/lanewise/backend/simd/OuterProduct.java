package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.WIDTH;

import java.util.Arrays;

/**
 * {@code out = left^T right}: the sum of the outer products of rows, in parallel over blocks of the
 * output and, where these are few, over chunks of the rows, whose partial sums are then added in
 * order.
 */
final class OuterProduct {
  /** The largest block of the output, for the second-level cache. */
  private static final int MAX_ROWS = 6 * MicroKernels.WIDTH;

  private static final int MAX_COLUMNS = 256;

  /** The shortest chunk of rows: below it, adding the partial sums costs too much. */
  private static final int MIN_CHUNK = 512;

  private static final int CHUNK_GRANULE = 16;

  private final Workers workers;
  private final OuterBlock[] blocks;
  private final PartialSums partialSums;

  OuterProduct(Workers workers) {
    this.workers = workers;
    blocks = new OuterBlock[workers.threads()];
    Arrays.setAll(blocks, i -> new OuterBlock());
    partialSums = new PartialSums(workers);
  }

  /** Sums over {@code depth} rows of {@code rows} elements on the left, {@code columns} right. */
  void run(RowSource left, int rows, RowSource right, int columns, int depth, RowSink out) {
    Blocks down = Blocks.even(rows, MAX_ROWS, WIDTH);
    Blocks across = Blocks.even(columns, MAX_COLUMNS, COLUMNS);
    int perChunk = down.count() * across.count();
    Blocks chunks =
        Blocks.even(
            depth,
            Math.max(MIN_CHUNK, (int) Math.ceilDiv((long) depth * perChunk, Blocks.TASKS)),
            CHUNK_GRANULE);
    RowSink sums = chunks.count() == 1 ? out : partialSums.of(rows, columns, chunks.count());
    workers.run(
        chunks.count() * perChunk,
        (task, worker) -> {
          int chunk = task / perChunk;
          int i = task % perChunk / across.count();
          int j = task % across.count();
          OuterBlock block = blocks[worker];
          block.sum(
              left,
              down.start(i),
              down.length(i),
              right,
              across.start(j),
              across.length(j),
              chunks.start(chunk),
              chunks.start(chunk) + chunks.length(chunk));
          int first = chunks.count() == 1 ? 0 : chunk * rows;
          for (int r = 0; r < down.length(i); r++) {
            sums.write(
                first + down.start(i) + r, across.start(j), across.length(j), block.row(r), 0);
          }
        });
    if (chunks.count() > 1) {
      partialSums.add(rows, columns, chunks.count(), out);
    }
  }
}
