package lanewise.inference;

import lanewise.backend.AxisMap;
import lanewise.backend.PadMode;
import lanewise.backend.Padding;
import lanewise.backend.Shape;
import lanewise.nn.GraphOperation;

/** What moves and mixes the pixels of a plane, one map for its rows and one for its columns. */
record Resampling(AxisMap rows, AxisMap columns) {

  /**
   * Of an operation on images of one shape; null if it is not of this kind.
   *
   * @throws IllegalArgumentException if the images are too small for it
   */
  static Resampling of(GraphOperation operation, Shape x) {
    return switch (operation) {
      case GraphOperation.Pad(Padding p, PadMode mode) ->
          new Resampling(
              AxisMap.pad(x.h(), p.top(), p.bottom(), mode),
              AxisMap.pad(x.w(), p.left(), p.right(), mode));
      case GraphOperation.Resize(double factor, var interpolation) ->
          new Resampling(
              interpolation.map(x.h(), (int) (x.h() * factor), factor),
              interpolation.map(x.w(), (int) (x.w() * factor), factor));
      case GraphOperation.AveragePool(var spec, boolean countPadding) ->
          new Resampling(
              AxisMap.average(x.h(), spec.rows(), countPadding),
              AxisMap.average(x.w(), spec.columns(), countPadding));
      default -> null;
    };
  }

  Shape outputShape(Shape x) {
    return Shape.of(x.n(), x.c(), rows.outputs(), columns.outputs());
  }

  /** The rows of which some rows of the result are made. */
  Rows rowsFor(Rows result) {
    AxisMap.Part part = rows.part(result.from(), result.to());
    return new Rows(part.first(), part.first() + part.map().inputs());
  }

  Resampling then(Resampling next) {
    return new Resampling(rows.then(next.rows), columns.then(next.columns));
  }
}
