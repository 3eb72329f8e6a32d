package lanewise.backend.simd;

import java.lang.foreign.MemorySegment;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Convolution and its two gradients as matrix products over windows that are never stored. */
final class Convolution {

  /** The ways to the data gradient. */
  private enum DataGradient {
    /** One product: the kernel is as large as the image. */
    WHOLE_IMAGE,
    /** {@link ColumnGradient}. */
    COLUMNS,
    /** Each pixel of dx gathers the pixels of dy that its taps reach; one product per phase. */
    GATHER
  }

  private final RowProduct rowProduct;
  private final OuterProduct outerProduct;
  private final RightPanels right;
  private final ColumnGradient columnGradient;

  Convolution(
      Workers workers, RowProduct rowProduct, OuterProduct outerProduct, RightPanels right) {
    this.rowProduct = rowProduct;
    this.outerProduct = outerProduct;
    this.right = right;
    columnGradient = new ColumnGradient(workers);
  }

  void convForward(ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    for (int group = 0; group < spec.groups(); group++) {
      Window window = window(spec, x, w.shape(), y.shape(), group);
      Planes out = Planes.of(y, group, spec.groups());
      right.pack(filter(w, group, spec.groups()), window.depth(), out.channels());
      rowProduct.run(window, pixels(y.shape()), right, out.pixels());
    }
  }

  void convBackwardFilter(ConvSpec spec, Tensor x, Tensor dy, Tensor dw) {
    for (int group = 0; group < spec.groups(); group++) {
      Window window = window(spec, x, dw.shape(), dy.shape(), group);
      Planes gradient = Planes.of(dy, group, spec.groups());
      outerProduct.run(
          window,
          window.depth(),
          gradient.pixels(),
          gradient.channels(),
          pixels(dy.shape()),
          filter(dw, group, spec.groups()));
    }
  }

  void convBackwardData(ConvSpec spec, Tensor dy, Tensor w, Tensor dx) {
    DataGradient algorithm = choose(spec, dy.shape(), w.shape(), dx.shape());
    for (int group = 0; group < spec.groups(); group++) {
      switch (algorithm) {
        case WHOLE_IMAGE -> wholeImage(dy, w, dx);
        case COLUMNS -> columns(spec, dy, w, dx, group);
        case GATHER -> gather(spec, dy, w, dx, group);
      }
    }
  }

  /** The fewest multiplications, with those counted that fill up panels. */
  private static DataGradient choose(ConvSpec spec, Shape dy, Shape w, Shape dx) {
    if (spec.groups() == 1
        && spec.padH() == 0
        && spec.padW() == 0
        && dy.plane() == 1
        && w.h() == dx.h()
        && w.w() == dx.w()) {
      return DataGradient.WHOLE_IMAGE;
    }
    double columns = dy.plane() * padded(w.plane() * (double) w.c());
    double gather =
        dx.plane() * (double) w.plane() / (spec.strideH() * spec.strideW()) * padded(w.c());
    // Adding up the columns has its price too.
    return 2 * columns < gather ? DataGradient.COLUMNS : DataGradient.GATHER;
  }

  private static double padded(double columns) {
    return Math.ceil(columns / MicroKernels.COLUMNS) * MicroKernels.COLUMNS;
  }

  private void wholeImage(Tensor dy, Tensor w, Tensor dx) {
    int size = w.shape().plane() * w.shape().c();
    right.packTransposed(new RowSource[] {filter(w, 0, 1)}, w.shape().n(), size);
    Matrix images = new Matrix(dx.segment(), 0, size);
    rowProduct.run(Planes.of(dy, 0, 1).pixels(), dy.shape().n(), right, images);
  }

  private void columns(ConvSpec spec, Tensor dy, Tensor w, Tensor dx, int group) {
    Shape s = w.shape();
    int out = s.n() / spec.groups();
    right.packTransposed(new RowSource[] {filter(w, group, spec.groups())}, out, s.plane() * s.c());
    Planes gradient = Planes.of(dy, group, spec.groups());
    Planes image = Planes.of(dx, group, spec.groups());
    columnGradient.run(spec, s.h(), s.w(), dx.shape().n(), gradient, right, image);
  }

  private void gather(ConvSpec spec, Tensor dy, Tensor w, Tensor dx, int group) {
    Shape s = dx.shape();
    int kh = w.shape().h();
    int kw = w.shape().w();
    Planes gradient = Planes.of(dy, group, spec.groups());
    Planes image = Planes.of(dx, group, spec.groups());
    for (Phase down : Phase.all(s.h(), kh, spec.strideH(), spec.padH(), spec.dilationH())) {
      for (Phase across : Phase.all(s.w(), kw, spec.strideW(), spec.padW(), spec.dilationW())) {
        RowSource[] taps = taps(w, down.taps(), across.taps(), group, spec.groups());
        right.packTransposed(taps, gradient.channels(), image.channels());
        int height = down.gradient().positions();
        int width = across.gradient().positions();
        rowProduct.run(
            new Window(gradient, down.gradient(), across.gradient()),
            s.n() * height * width,
            right,
            new PixelGrid(
                image,
                down.first(),
                spec.strideH(),
                height,
                across.first(),
                spec.strideW(),
                width));
      }
    }
  }

  /** The filter's matrices (input x output channels) at the given taps. */
  private static RowSource[] taps(Tensor w, int[] down, int[] across, int group, int groups) {
    Shape s = w.shape();
    Matrix filter = filter(w, group, groups);
    RowSource[] taps = new RowSource[down.length * across.length];
    for (int i = 0; i < taps.length; i++) {
      int tap = down[i / across.length] * s.w() + across[i % across.length];
      taps[i] = new Matrix(filter.data(), filter.start() + tap * s.c() * s.n(), s.n());
    }
    return taps;
  }

  private static Window window(ConvSpec spec, Tensor x, Shape w, Shape y, int group) {
    return new Window(
        Planes.of(x, group, spec.groups()),
        new Axis(y.h(), -spec.padH(), spec.strideH(), w.h(), spec.dilationH()),
        new Axis(y.w(), -spec.padW(), spec.strideW(), w.w(), spec.dilationW()));
  }

  /** A group's filter as a matrix, (kh, kw, input channels) x output channels. */
  private static Matrix filter(Tensor w, int group, int groups) {
    MemorySegment data = w.segment();
    int out = w.shape().n();
    return new Matrix(data, group * (out / groups), out);
  }

  private static int pixels(Shape s) {
    return s.n() * s.plane();
  }
}
