package lanewise.onnx;

import java.util.Arrays;

/**
 * A tensor in the JVM's memory, row-major: what goes into a model and comes out of it, its weights,
 * and what it computes of shapes.
 *
 * <p>Whatever type a model declares, elements are held as float (float, double, float16, bfloat16)
 * or long (integers and booleans).
 */
public final class HostTensor implements Value {

  /** What the elements are. */
  public enum Kind {
    FLOAT,
    INTEGER,
    BOOLEAN;

    @Override
    public String toString() {
      return name().toLowerCase();
    }
  }

  private final Kind kind;
  private final int[] dims;
  private final float[] floats;
  private final long[] integers;

  private HostTensor(Kind kind, int[] dims, float[] floats, long[] integers) {
    int length = floats == null ? integers.length : floats.length;
    if (length != Dims.size(dims)) {
      throw new IllegalArgumentException(
          "%d elements do not fill a tensor of %s".formatted(length, Dims.text(dims)));
    }
    this.kind = kind;
    this.dims = dims.clone();
    this.floats = floats;
    this.integers = integers;
  }

  /**
   * Numbers with a fraction.
   *
   * @param elements row-major; not copied
   * @param dims the sizes; none for a scalar
   * @throws IllegalArgumentException if there are not as many elements as {@code dims} says
   */
  public static HostTensor of(float[] elements, int... dims) {
    return new HostTensor(Kind.FLOAT, dims, elements, null);
  }

  /** Integers; see {@link #of(float[], int...)}. */
  public static HostTensor of(long[] elements, int... dims) {
    return new HostTensor(Kind.INTEGER, dims, null, elements);
  }

  /** Truth values as 0 and 1; see {@link #of(float[], int...)}. */
  static HostTensor ofBooleans(long[] elements, int... dims) {
    return new HostTensor(Kind.BOOLEAN, dims, null, elements);
  }

  /** A list of integers. */
  static HostTensor vector(long... elements) {
    return of(elements, elements.length);
  }

  /** The same elements with other sizes. */
  HostTensor reshape(int... target) {
    if (Dims.size(target) != size()) {
      throw new ModelFault(
          "%s cannot be reshaped to %s".formatted(Dims.text(dims), Dims.text(target)));
    }
    return new HostTensor(kind, target, floats, integers);
  }

  /**
   * Some of the elements, in any order and number.
   *
   * @param indices of this tensor's elements, for each of the result's
   */
  HostTensor pick(int[] indices, int... target) {
    return kind == Kind.FLOAT
        ? of(pick(floats, indices), target)
        : new HostTensor(kind, target, null, pick(integers, indices));
  }

  private static float[] pick(float[] from, int[] indices) {
    float[] picked = new float[indices.length];
    for (int i = 0; i < picked.length; i++) {
      picked[i] = from[indices[i]];
    }
    return picked;
  }

  private static long[] pick(long[] from, int[] indices) {
    long[] picked = new long[indices.length];
    for (int i = 0; i < picked.length; i++) {
      picked[i] = from[indices[i]];
    }
    return picked;
  }

  public Kind kind() {
    return kind;
  }

  @Override
  public int[] dims() {
    return dims.clone();
  }

  public int size() {
    return floats == null ? integers.length : floats.length;
  }

  /** The elements as floats, row-major; the tensor's own array where it holds floats. */
  public float[] floats() {
    if (floats != null) {
      return floats;
    }
    float[] converted = new float[integers.length];
    for (int i = 0; i < converted.length; i++) {
      converted[i] = integers[i];
    }
    return converted;
  }

  /**
   * The elements as integers, row-major; the tensor's own array where it holds them. Fractions are
   * cut off.
   */
  public long[] integers() {
    if (integers != null) {
      return integers;
    }
    long[] converted = new long[floats.length];
    for (int i = 0; i < converted.length; i++) {
      converted[i] = (long) floats[i];
    }
    return converted;
  }

  /** One element, whatever it is held as. */
  double at(int i) {
    return floats == null ? integers[i] : floats[i];
  }

  /** {@code float 1x3x224x224}. */
  public String summary() {
    return kind + " " + Dims.text(dims);
  }

  /** {@code integer 2 [3, 4]}: the elements where they are few. */
  @Override
  public String toString() {
    if (size() > 8) {
      return summary();
    }
    return summary() + " " + (floats == null ? Arrays.toString(integers) : Arrays.toString(floats));
  }
}
