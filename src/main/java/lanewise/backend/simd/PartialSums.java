package lanewise.backend.simd;

/**
 * The sums over some chunks of what is to be summed, a matrix for each, which are then added in
 * order.
 */
final class PartialSums {
  private static final int ROWS_PER_TASK = 16;

  private final Workers workers;
  private final Buffer buffer = new Buffer();

  PartialSums(Workers workers) {
    this.workers = workers;
  }

  /** Where a chunk's sum begins: its rows are {@code rows} times the chunk's number, and on. */
  RowSink of(int rows, int columns, int chunks) {
    float[] sums = buffer.atLeast(Math.multiplyExact(chunks, Math.multiplyExact(rows, columns)));
    return (row, from, count, values, at) ->
        System.arraycopy(values, at, sums, row * columns + from, count);
  }

  void add(int rows, int columns, int chunks, RowSink out) {
    float[] sums = buffer.atLeast(0);
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
