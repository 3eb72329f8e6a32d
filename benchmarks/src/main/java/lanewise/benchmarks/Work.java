package lanewise.benchmarks;

import java.util.List;

/** A workload with its inputs in one implementation's memory, ready to be run again and again. */
public interface Work extends AutoCloseable {

  /** Computes once and returns when all is done. */
  void run();

  /**
   * What the last {@link #run} computed, in PyTorch's order of elements: the arrays of the workload
   * that implementations are compared by.
   */
  List<float[]> results();

  /** How the implementation was configured where it had a choice, such as a memory format. */
  default String configuration() {
    return "";
  }

  @Override
  void close();
}
