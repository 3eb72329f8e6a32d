package lanewise.backend.simd;

import lanewise.backend.ConvPass;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;

/**
 * How one convolution is computed, and why.
 *
 * @param x the shape of the input or its gradient
 * @param y the shape of the output or its gradient
 * @param reason in words
 */
record ConvPlan(
    ConvPass pass,
    ConvSpec spec,
    Shape x,
    Shape w,
    Shape y,
    ConvAlgorithm algorithm,
    String reason) {

  /** 10^9 floating-point operations of the direct way, whatever the algorithm. */
  double gflop() {
    return 2e-9 * y.size() * w.plane() * w.c();
  }

  /** Operation, shapes, algorithm, GFLOP and reason. */
  @Override
  public String toString() {
    return "%s %s * %s, stride %dx%d, pad %dx%d: %s, %.3f GFLOP (%s)"
        .formatted(
            pass,
            x,
            w,
            spec.strideH(),
            spec.strideW(),
            spec.padH(),
            spec.padW(),
            algorithm,
            gflop(),
            reason);
  }
}
