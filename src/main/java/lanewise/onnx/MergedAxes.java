package lanewise.onnx;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.Shape;

/**
 * The axes of a tensor that lies in memory row-major, of any number, as the four of a {@link
 * Shape}: neighbours that are treated alike become one.
 */
final class MergedAxes {
  private final List<List<Integer>> groups;

  private MergedAxes(List<List<Integer>> groups) {
    this.groups = groups;
  }

  /**
   * Merges neighbours along which both operands are repeated, or one of them, or none.
   *
   * @param dims of the larger operand, or of the result of both
   * @param a the sizes of one operand; {@code b} of the other
   */
  static MergedAxes of(int[] dims, int[] a, int[] b) {
    List<List<Integer>> groups = new ArrayList<>();
    int last = -1;
    for (int axis = 0; axis < dims.length; axis++) {
      if (dims[axis] == 1) {
        continue;
      }
      int kind = (a[axis] == 1 ? 1 : 0) + (b[axis] == 1 ? 2 : 0);
      if (kind != last) {
        groups.add(new ArrayList<>());
        last = kind;
      }
      groups.getLast().add(axis);
    }
    return new MergedAxes(groups);
  }

  /** Whether four axes can be these. */
  boolean areEnough() {
    return groups.size() <= DeviceTensor.IMAGE_RANK;
  }

  /** How an operand is seen; the order of its elements in memory stays. */
  Shape shape(int[] dims) {
    int[] sizes = {1, 1, 1, 1};
    int first = sizes.length - groups.size();
    for (int i = 0; i < groups.size(); i++) {
      for (int axis : groups.get(i)) {
        sizes[first + i] *= dims[axis];
      }
    }
    // A matrix where two are enough: kernels are made for rows of channels.
    return groups.size() <= 2
        ? Shape.matrix(sizes[2], sizes[3])
        : Shape.of(sizes[0], sizes[3], sizes[1], sizes[2]);
  }
}
