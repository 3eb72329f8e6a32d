package lanewise.backend;

import java.util.function.DoubleUnaryOperator;
import lanewise.backend.Interpolation.Border;
import lanewise.backend.Interpolation.Coordinates;

/**
 * A weight for each distance.
 *
 * @param radius the distance from which on it is 0
 */
record InterpolationKernel(
    DoubleUnaryOperator weight,
    double radius,
    Coordinates coordinates,
    Border border,
    boolean antialias) {

  AxisMap map(int inputs, int outputs, double scale) {
    double stretch = antialias ? Math.max(1, 1 / scale) : 1;
    double reach = radius * stretch;
    AxisMap.Builder map = new AxisMap.Builder(inputs, outputs, outputs * (int) (2 * reach + 1));
    for (int i = 0; i < outputs; i++) {
      double place = coordinates.place(i, inputs, outputs, scale);
      int end = (int) Math.ceil(place + reach);
      for (int at = (int) Math.floor(place - reach) + 1; at < end; at++) {
        boolean isInside = at >= 0 && at < inputs;
        if (isInside || border == Border.REPEAT) {
          double share = weight.applyAsDouble(Math.abs(at - place) / stretch);
          map.tap(Math.clamp(at, 0, inputs - 1), share);
        }
      }
      map.endNormalized();
    }
    return map.build();
  }
}
