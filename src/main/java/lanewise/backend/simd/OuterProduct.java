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

  private static final int ROWS_PER_TASK = 16;

  private final Workers workers;
  private final OuterBlock[] blocks;
  private final Buffer partialSums = new Buffer();

  OuterProduct(Workers workers) {
    this.workers = workers;
    blocks = new OuterBlock[workers.threads()];
    Arrays.setAll(blocks, i -> new OuterBlock());
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
    RowSink sums = chunks.count() == 1 ? out : partial(rows, columns, chunks.count());
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
      addPartialSums(rows, columns, chunks.count(), out);
    }
  }

  private RowSink partial(int rows, int columns, int chunks) {
    float[] sums =
        partialSums.atLeast(Math.multiplyExact(chunks, Math.multiplyExact(rows, columns)));
    return (row, from, count, values, at) ->
        System.arraycopy(values, at, sums, row * columns + from, count);
  }

  private void addPartialSums(int rows, int columns, int chunks, RowSink out) {
    float[] sums = partialSums.atLeast(0);
    Blocks blocks = new Blocks(rows, ROWS_PER_TASK);
    workers.run(
        blocks.count(),
        (task, worker) -> {
          for (int r = blocks.start(task); r < blocks.start(task) + blocks.length(task); r++) {
            for (int chunk = 1; chunk < chunks; chunk++) {
              Transfer.add(sums, (chunk * rows + r) * columns, sums, r * columns, columns);
            }
            out.write(r, 0, columns, sums, r * columns);
          }
        });
  }
}
