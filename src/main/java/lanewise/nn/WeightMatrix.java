package lanewise.nn;

import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * A layer's weight as the matrix W from its inputs (and taps) to its outputs, in the blocks as
 * which that lies in memory.
 *
 * <p>Of a filter {@code [kh][kw][in][out]}, all taps make one block with a column for each output.
 * A transposed convolution's lies as {@code [kh][kw][out][in]}: a block for each tap with a row for
 * each output.
 *
 * @param blocks of {@code rows x columns} elements, one behind the other
 * @param outputsInColumns whether a block's columns, and not its rows, are the outputs
 * @param v the shape of a vector that W maps: its elements in PyTorch's order are W's columns there
 */
record WeightMatrix(int blocks, int rows, int columns, boolean outputsInColumns, Shape v) {

  /** Of {@code torch.nn.Linear}: out x in. */
  static WeightMatrix ofMatrix(int out, int in) {
    return new WeightMatrix(1, out, in, false, Shape.vector(in));
  }

  /** Of {@code torch.nn.Conv2d}. */
  static WeightMatrix ofFilter(Shape filter) {
    int inputs = filter.plane() * filter.c();
    Shape v = Shape.filter(1, filter.c(), filter.h(), filter.w());
    return new WeightMatrix(1, inputs, filter.n(), true, v);
  }

  /** Of {@code torch.nn.ConvTranspose2d}, whose filter is in x out x kh x kw. */
  static WeightMatrix ofTransposedFilter(Shape filter) {
    Shape v = Shape.filter(1, filter.n(), filter.h(), filter.w());
    return new WeightMatrix(filter.plane(), filter.c(), filter.n(), false, v);
  }

  /** The shape of what W maps to: the outputs. */
  Shape u() {
    return Shape.vector(outputsInColumns ? columns : rows);
  }

  /** A block of a tensor that lies as the weight does. */
  Tensor block(Tensor weight, int i) {
    return weight.part((long) i * rows * columns, Shape.matrix(rows, columns));
  }

  /** The part of v that a block maps, as one row. */
  Tensor part(Tensor v, int i) {
    int length = outputsInColumns ? rows : columns;
    return v.part((long) i * length, Shape.matrix(1, length));
  }
}
