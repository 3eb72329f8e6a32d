package lanewise.backend;

/**
 * What an operation has to do, whatever the algorithm.
 *
 * @param flop floating-point operations of products and convolutions computed directly, a fused
 *     multiply-add being two; 0 for operations that memory bounds
 * @param bytes that are read and written if nothing is moved twice
 */
record Work(long flop, long bytes) {

  /** The work of a {@link Backend}'s method on tensors of these shapes, in the method's order. */
  static Work of(String operation, Shape... shapes) {
    long bytes = 0;
    for (Shape shape : shapes) {
      bytes += bytes(shape);
    }
    return switch (operation) {
      case "convForward" -> new Work(conv(shapes[1], shapes[2]), bytes);
      case "convBackwardData" -> new Work(conv(shapes[1], shapes[0]), bytes);
      case "convBackwardFilter" -> new Work(conv(shapes[2], shapes[1]), bytes);
      case "gemm" -> new Work(gemm(shapes[0], shapes[2]), bytes);
      // What is updated is read and written.
      case "accumulate" -> new Work(0, bytes + bytes(shapes[1]));
      case "adam" -> new Work(0, bytes + 3 * bytes(shapes[0]));
      default -> new Work(0, bytes);
    };
  }

  private static long bytes(Shape shape) {
    return shape.size() * (long) Float.BYTES;
  }

  private static long conv(Shape filter, Shape output) {
    return 2L * output.size() * filter.plane() * filter.c();
  }

  private static long gemm(Shape a, Shape c) {
    long inner = a.n() == c.n() ? a.c() : a.n();
    return 2L * c.size() * inner;
  }
}
