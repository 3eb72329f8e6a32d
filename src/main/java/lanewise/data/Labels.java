package lanewise.data;

/** The classes of a data set's samples, in the order of the samples. */
final class Labels {
  static final Labels NONE = new Labels(new int[0], 0);

  private final int[] values;
  private final int classes;

  /**
   * @param values each from 0 to {@code classes - 1}
   */
  Labels(int[] values, int classes) {
    this.values = values;
    this.classes = classes;
  }

  int classes() {
    return classes;
  }

  int of(int index) {
    return values[index];
  }
}
