package lanewise.backend.simd;

import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * Convolutions with few channels on one side, the input's or the output's.
 *
 * <p>With stride 1 these are the same: seen from its output, a convolution is one with its taps in
 * reverse order and the channels swapped. So its output is the other's data gradient, and the
 * reverse; and both have the same filter gradient, but for the order of its elements.
 */
final class DirectConvolution {
  private final RightPanels right;
  private final DirectForward forward;
  private final DirectDataGradient dataGradient;
  private final UnstridedDataGradient unstridedGradient;
  private final DirectFilterGradient filterGradient;

  DirectConvolution(Workers workers, RightPanels right) {
    this.right = right;
    forward = new DirectForward(workers);
    dataGradient = new DirectDataGradient(workers);
    unstridedGradient = new UnstridedDataGradient(workers, right);
    filterGradient = new DirectFilterGradient(workers);
  }

  void forward(ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    forward(Sides.of(spec, w, x, y), Matrix.filter(w, 0, 1));
  }

  void dataGradient(ConvSpec spec, Tensor dy, Tensor w, Tensor dx) {
    dataGradient(Sides.of(spec, w, dx, dy), Matrix.filter(w, 0, 1));
  }

  void filterGradient(ConvSpec spec, Tensor x, Tensor dy, Tensor dw) {
    filterGradient(Sides.of(spec, dw, x, dy), Matrix.filter(dw, 0, 1));
  }

  /** As {@link #forward(ConvSpec, Tensor, Tensor, Tensor)}, for few output channels. */
  void mirroredForward(ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    dataGradient(Sides.mirrored(spec, w, x, y), MirroredFilter.of(w));
  }

  /** As {@link #dataGradient(ConvSpec, Tensor, Tensor, Tensor)}, for few output channels. */
  void mirroredDataGradient(ConvSpec spec, Tensor dy, Tensor w, Tensor dx) {
    forward(Sides.mirrored(spec, w, dx, dy), MirroredFilter.of(w));
  }

  /** As {@link #filterGradient(ConvSpec, Tensor, Tensor, Tensor)}, for few output channels. */
  void mirroredFilterGradient(ConvSpec spec, Tensor x, Tensor dy, Tensor dw) {
    filterGradient(Sides.mirrored(spec, dw, x, dy), MirroredFilter.of(dw));
  }

  private void forward(Sides s, RowSource filter) {
    right.pack(filter, s.kh * s.kw * s.few.channels(), s.many.channels());
    forward.run(s.few, s.down(), s.across(), right, s.many, s.images);
  }

  private void dataGradient(Sides s, RowSource filter) {
    if (s.spec.strideH() == 1 && s.spec.strideW() == 1) {
      unstridedGradient.run(s.spec, s.kh, s.kw, s.images, s.many, filter, s.few);
      return;
    }
    int columns = s.kh * s.kw * s.few.channels();
    right.packTransposed(new RowSource[] {filter}, s.many.channels(), columns);
    dataGradient.run(s.spec, s.kh, s.kw, s.images, s.many, right, s.few);
  }

  private void filterGradient(Sides s, RowSink filter) {
    filterGradient.run(s.few, s.down(), s.across(), s.many, s.images, filter);
  }

  /**
   * Both sides of a convolution, or of their gradients.
   *
   * @param few the side that has few channels, which windows of kh x kw slide over
   */
  private record Sides(ConvSpec spec, int kh, int kw, int images, Planes few, Planes many) {

    static Sides of(ConvSpec spec, Tensor w, Tensor x, Tensor y) {
      Shape s = w.shape();
      return new Sides(spec, s.h(), s.w(), x.shape().n(), Planes.of(x, 0, 1), Planes.of(y, 0, 1));
    }

    static Sides mirrored(ConvSpec spec, Tensor w, Tensor x, Tensor y) {
      int padH = w.shape().h() - 1 - spec.padH();
      int padW = w.shape().w() - 1 - spec.padW();
      return of(new ConvSpec(1, 1, padH, padW, 1, 1, 1), w, y, x);
    }

    Axis down() {
      return new Axis(many.height(), -spec.padH(), spec.strideH(), kh, 1);
    }

    Axis across() {
      return new Axis(many.width(), -spec.padW(), spec.strideW(), kw, 1);
    }
  }
}
