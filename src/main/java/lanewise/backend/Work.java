package lanewise.backend;

/**
 * What an operation has to do, whatever the algorithm.
 *
 * @param flop floating-point operations of products and convolutions computed directly, a fused
 *     multiply-add being two; 0 for operations that memory bounds
 * @param bytes that are read and written if nothing is moved twice
 */
record Work(long flop, long bytes) {

  /**
   * The work of a {@link Backend}'s method.
   *
   * @param what is computed, where the operation alone does not say it, or null
   * @param t its tensors, in the method's order
   */
  static Work of(String operation, Object what, Tensor... t) {
    long bytes = 0;
    for (Tensor tensor : t) {
      bytes += bytes(tensor);
    }
    if (what instanceof ChannelCopy(int _, int _, int count)) {
      return new Work(0, bytes(t[0], count) + bytes(t[1], count));
    }
    return switch (operation) {
      case "convForward" -> new Work(conv(t[1].shape(), t[2].shape()), bytes);
      case "convBackwardData" -> new Work(conv(t[1].shape(), t[0].shape()), bytes);
      case "convBackwardFilter" -> new Work(conv(t[2].shape(), t[1].shape()), bytes);
      case "gemm" -> new Work(gemm(t[0].shape(), t[2].shape()), bytes);
      // What is updated is read and written.
      case "accumulate" -> new Work(0, bytes + bytes(t[1]));
      case "adam" -> new Work(0, bytes + 3 * bytes(t[0]));
      default -> new Work(0, bytes);
    };
  }

  private static long bytes(Tensor t) {
    return t.type().bytes(t.shape());
  }

  /** Of some of its channels. */
  private static long bytes(Tensor t, int channels) {
    return bytes(t) / t.shape().c() * channels;
  }

  private static long conv(Shape filter, Shape output) {
    return 2L * output.size() * filter.plane() * filter.c();
  }

  private static long gemm(Shape a, Shape c) {
    long inner = a.n() == c.n() ? a.c() : a.n();
    return 2L * c.size() * inner;
  }
}
