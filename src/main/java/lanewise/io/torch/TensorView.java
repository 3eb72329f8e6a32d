package lanewise.io.torch;

import java.util.List;

/**
 * A tensor before its elements are read: which elements of a storage, in which order.
 *
 * @param offset of the first element
 * @param stride the distance of neighbours along each dimension, in elements
 */
record TensorView(Storage storage, long offset, List<Long> size, List<Long> stride) {
  /** PyTorch's limit. */
  static final int MAX_DIMENSIONS = 64;

  private static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8;

  /**
   * Makes a view that lies within its storage, if the storage is what it is said to be.
   *
   * @throws TorchFormatException if it does not, or has more elements than a Java array
   */
  static TensorView of(Storage storage, long offset, List<Long> size, List<Long> stride)
      throws TorchFormatException {
    var view = new TensorView(storage, offset, List.copyOf(size), List.copyOf(stride));
    view.check();
    return view;
  }

  private void check() throws TorchFormatException {
    if (size.size() != stride.size()
        || size.size() > MAX_DIMENSIONS
        || offset < 0
        || size.stream().anyMatch(s -> s < 0)
        || stride.stream().anyMatch(s -> s < 0)) {
      throw TorchFormatException.damaged("a tensor has " + described());
    }
    try {
      long elements = 1;
      long end = Math.addExact(offset, 1);
      for (int i = 0; i < size.size(); i++) {
        elements = Math.multiplyExact(elements, size.get(i));
        end = Math.addExact(end, Math.multiplyExact(size.get(i) - 1, stride.get(i)));
      }
      if (elements > MAX_ELEMENTS) {
        throw TorchFormatException.refused(
            "a tensor of shape %s has more elements than one array can hold".formatted(size));
      }
      if (elements > 0 && end > storage.elements()) {
        throw TorchFormatException.damaged(
            "a tensor reaches outside of the %d elements of its storage: it has %s"
                .formatted(storage.elements(), described()));
      }
    } catch (ArithmeticException e) {
      throw TorchFormatException.damaged("a tensor is too large: it has " + described());
    }
  }

  private String described() {
    int shown = Math.min(8, Math.max(size.size(), stride.size()));
    return "shape %s, strides %s and offset %d"
        .formatted(
            size.subList(0, Math.min(shown, size.size())),
            stride.subList(0, Math.min(shown, stride.size())),
            offset);
  }

  int elements() {
    return (int) size.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
  }

  /** The elements of the storage from the first to the last that this view shows. */
  long span() {
    if (elements() == 0) {
      return 0;
    }
    long span = 1;
    for (int i = 0; i < size.size(); i++) {
      span += (size.get(i) - 1) * stride.get(i);
    }
    return span;
  }

  /** Brings the elements of the {@link #span} into row-major order. */
  float[] rowMajor(float[] span) {
    int elements = elements();
    if (isRowMajor()) {
      return span;
    }
    float[] ordered = new float[elements];
    long[] index = new long[size.size()];
    long from = 0;
    for (int i = 0; i < elements; i++) {
      ordered[i] = span[(int) from];
      for (int d = index.length - 1; d >= 0; d--) {
        // May overflow where a size is 1, whose stride means nothing: it comes back below.
        from += stride.get(d);
        if (++index[d] < size.get(d)) {
          break;
        }
        from -= stride.get(d) * size.get(d);
        index[d] = 0;
      }
    }
    return ordered;
  }

  private boolean isRowMajor() {
    long expected = 1;
    for (int d = size.size() - 1; d >= 0; d--) {
      if (size.get(d) != 1 && stride.get(d) != expected) {
        return elements() == 0;
      }
      expected *= size.get(d);
    }
    return true;
  }
}
