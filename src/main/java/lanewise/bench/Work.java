package lanewise.bench;

/** A workload, prepared on a backend. */
interface Work extends AutoCloseable {

  /** Asks the backend for it once; need not wait for it. */
  void run();

  /** Floating-point operations of one run, computed the direct way, or 0 where memory bounds it. */
  default double flop() {
    return 0;
  }

  /** Bytes that one run has to move, or 0 where arithmetic bounds it. */
  default double bytes() {
    return 0;
  }

  /** Gives its memory back. */
  @Override
  void close();
}
