package lanewise.backend;

import java.util.Arrays;
import java.util.TreeMap;

/**
 * A linear map along one side of an image: a sparse matrix of outputs x inputs, row by row.
 *
 * <p>Resizing, cropping, padding, slicing and average pooling are one for the rows of an image and
 * one for its columns ({@link Backend#resample}). Maps are equal if they do the same, so that an
 * engine can keep what it made of one.
 */
public final class AxisMap {
  private final int inputs;

  /** Where the taps of each output start, and where those of the last one end. */
  private final int[] starts;

  private final int[] indices;
  private final float[] weights;

  /** Of each output, how many outputs from it on are neighbouring inputs as they are. */
  private final int[] runs;

  private final int hash;
  private AxisMap transposed;

  private AxisMap(int inputs, int[] starts, int[] indices, float[] weights) {
    this.inputs = inputs;
    this.starts = starts;
    this.indices = indices;
    this.weights = weights;
    runs = runs(starts, indices, weights);
    hash = 31 * (31 * inputs + Arrays.hashCode(indices)) + Arrays.hashCode(weights);
  }

  private static int[] runs(int[] starts, int[] indices, float[] weights) {
    int outputs = starts.length - 1;
    int[] runs = new int[outputs];
    for (int i = outputs - 1; i >= 0; i--) {
      int tap = starts[i];
      if (starts[i + 1] == tap + 1 && weights[tap] == 1) {
        boolean goesOn = i + 1 < outputs && runs[i + 1] > 0 && indices[tap + 1] == indices[tap] + 1;
        runs[i] = goesOn ? runs[i + 1] + 1 : 1;
      }
    }
    return runs;
  }

  // ---- maps

  public static AxisMap identity(int size) {
    return slice(size, 0, 1, size);
  }

  /**
   * Every {@code step}-th element.
   *
   * @param start the first of them
   * @param step negative for the reverse order
   * @throws IllegalArgumentException if one of them is outside of the side
   */
  public static AxisMap slice(int size, int start, int step, int count) {
    long last = start + (count - 1L) * step;
    if (count < 1 || step == 0 || Math.min(start, last) < 0 || Math.max(start, last) >= size) {
      throw new IllegalArgumentException(
          "slice: %d elements from %d on in steps of %d are not within the elements 0 to %d"
              .formatted(count, start, step, size - 1));
    }
    Builder map = new Builder(size, count, count);
    for (int i = 0; i < count; i++) {
      map.tap(start + i * step, 1);
      map.end();
    }
    return map.build();
  }

  /**
   * Elements added on both ends.
   *
   * @param before how many; a negative number of them is cut off. {@code after} likewise
   * @throws IllegalArgumentException if nothing is left, or if a reflection is longer than the side
   */
  public static AxisMap pad(int size, int before, int after, PadMode mode) {
    int count = Math.addExact(size, Math.addExact(before, after));
    boolean fits = mode != PadMode.REFLECT || Math.max(before, after) < size;
    if (count < 1 || !fits) {
      throw new IllegalArgumentException(
          "pad: a side of %d pixels cannot be padded by %d and %d (%s)"
              .formatted(size, before, after, mode));
    }
    Builder map = new Builder(size, count, count);
    for (int i = 0; i < count; i++) {
      int at = i - before;
      boolean isInside = at >= 0 && at < size;
      switch (mode) {
        case ZERO -> {
          if (isInside) {
            map.tap(at, 1);
          }
        }
        case EDGE -> map.tap(Math.clamp(at, 0, size - 1), 1);
        case REFLECT -> map.tap(at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at, 1);
      }
      map.end();
    }
    return map.build();
  }

  /**
   * The mean of each window.
   *
   * @param countPadding whether the padding counts as zeros, or not at all
   * @throws IllegalArgumentException if a window is larger than the padded side
   */
  public static AxisMap average(int size, PoolSpec.Side side, boolean countPadding) {
    int count = side.outputs(size);
    if (count < 1) {
      throw new IllegalArgumentException(
          "pooling: a window of %d pixels is larger than the padded side of %d"
              .formatted(side.kernel(), size + side.before() + side.after()));
    }
    Builder map = new Builder(size, count, count * side.kernel());
    for (int i = 0; i < count; i++) {
      int start = side.start(i);
      int end = Math.min(start + side.kernel(), size + side.after());
      int first = Math.max(start, 0);
      int last = Math.min(end, size);
      double weight = 1. / (countPadding ? end - start : last - first);
      for (int at = first; at < last; at++) {
        map.tap(at, weight);
      }
      map.end();
    }
    return map.build();
  }

  /**
   * Some neighbouring outputs, and the inputs that they are made of.
   *
   * @param first the first of these inputs
   * @param map from as many inputs as are needed
   */
  public record Part(int first, AxisMap map) {}

  /** The outputs {@code from} to {@code to - 1} of this. */
  public Part part(int from, int to) {
    int first = inputs - 1;
    int last = 0;
    for (int tap = starts[from]; tap < starts[to]; tap++) {
      first = Math.min(first, indices[tap]);
      last = Math.max(last, indices[tap]);
    }
    if (starts[from] == starts[to]) {
      // Zeros alone, for which any input will do.
      first = 0;
    }
    Builder part = new Builder(last - first + 1, to - from, starts[to] - starts[from]);
    for (int i = from; i < to; i++) {
      for (int tap = starts[i]; tap < starts[i + 1]; tap++) {
        part.tap(indices[tap] - first, weights[tap]);
      }
      part.end();
    }
    return new Part(first, part.build());
  }

  /** This map and then another one of its outputs, as one. */
  public AxisMap then(AxisMap next) {
    if (next.inputs != outputs()) {
      throw new IllegalArgumentException(
          "a map of %d inputs cannot follow %s".formatted(next.inputs, this));
    }
    Builder product = new Builder(inputs, next.outputs(), next.taps());
    TreeMap<Integer, Double> taps = new TreeMap<>();
    for (int i = 0; i < next.outputs(); i++) {
      for (int outer = next.starts[i]; outer < next.starts[i + 1]; outer++) {
        int middle = next.indices[outer];
        for (int tap = starts[middle]; tap < starts[middle + 1]; tap++) {
          taps.merge(indices[tap], (double) next.weights[outer] * weights[tap], Double::sum);
        }
      }
      taps.forEach(product::tap);
      product.end();
      taps.clear();
    }
    return product.build();
  }

  /** The adjoint: what was an input is an output. */
  public AxisMap transposed() {
    if (transposed == null) {
      transposed = transpose();
      transposed.transposed = this;
    }
    return transposed;
  }

  private AxisMap transpose() {
    int[] ends = new int[inputs + 1];
    for (int index : indices) {
      ends[index + 1]++;
    }
    Arrays.parallelPrefix(ends, Integer::sum);
    int[] next = ends.clone();
    int[] outputs = new int[indices.length];
    float[] values = new float[indices.length];
    for (int i = 0; i < outputs(); i++) {
      for (int tap = starts[i]; tap < starts[i + 1]; tap++) {
        int to = next[indices[tap]]++;
        outputs[to] = i;
        values[to] = weights[tap];
      }
    }
    return new AxisMap(outputs(), ends, outputs, values);
  }

  // ---- what it is

  public int inputs() {
    return inputs;
  }

  public int outputs() {
    return starts.length - 1;
  }

  /** Whether every output is the input of the same number. */
  public boolean isIdentity() {
    return inputs == outputs() && runs[0] == inputs;
  }

  /** All entries that are not zero. */
  public int taps() {
    return indices.length;
  }

  /**
   * The first tap of an output; those up to the next output's first are its own, in the order of
   * their inputs.
   *
   * @param output 0 to {@link #outputs}, where the last one has none
   */
  public int start(int output) {
    return starts[output];
  }

  /** The input that a tap reads. */
  public int index(int tap) {
    return indices[tap];
  }

  /** What a tap multiplies its input by. */
  public float weight(int tap) {
    return weights[tap];
  }

  /** How many outputs, from this one on, are copies of inputs that are neighbours too. */
  public int run(int output) {
    return runs[output];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AxisMap map
        && hash == map.hash
        && inputs == map.inputs
        && Arrays.equals(starts, map.starts)
        && Arrays.equals(indices, map.indices)
        && Arrays.equals(weights, map.weights);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return "%d to %d".formatted(inputs, outputs());
  }

  /** Makes a map output by output. */
  static final class Builder {
    private final int inputs;
    private final int[] starts;
    private int[] indices;
    private double[] values;
    private int outputs;
    private int taps;

    Builder(int inputs, int outputs, int expectedTaps) {
      this.inputs = inputs;
      starts = new int[outputs + 1];
      indices = new int[expectedTaps];
      values = new double[expectedTaps];
    }

    /** Adds an input to the output; calls come in the order of inputs and may repeat the last. */
    void tap(int index, double weight) {
      if (taps > starts[outputs] && indices[taps - 1] == index) {
        values[taps - 1] += weight;
        return;
      }
      if (taps == indices.length) {
        indices = Arrays.copyOf(indices, 2 * taps + 1);
        values = Arrays.copyOf(values, 2 * taps + 1);
      }
      indices[taps] = index;
      values[taps++] = weight;
    }

    /** The output is complete. */
    void end() {
      int kept = starts[outputs];
      for (int tap = kept; tap < taps; tap++) {
        if (values[tap] != 0) {
          indices[kept] = indices[tap];
          values[kept++] = values[tap];
        }
      }
      taps = kept;
      starts[++outputs] = taps;
    }

    /** The output is complete, and its weights are to add up to 1. */
    void endNormalized() {
      double sum = 0;
      for (int tap = starts[outputs]; tap < taps; tap++) {
        sum += values[tap];
      }
      for (int tap = starts[outputs]; tap < taps; tap++) {
        values[tap] /= sum;
      }
      end();
    }

    AxisMap build() {
      float[] weights = new float[taps];
      for (int tap = 0; tap < taps; tap++) {
        weights[tap] = (float) values[tap];
      }
      return new AxisMap(inputs, starts, Arrays.copyOf(indices, taps), weights);
    }
  }
}
