package lanewise.backend.simd;

import lanewise.backend.ConvPass;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.simd.FilterCache.Use;

/** Convolution and its two gradients, each by the algorithm that its plan says. */
final class Convolution {
  private final ConvPlanner planner;
  private final RowProduct rowProduct;
  private final OuterProduct outerProduct;
  private final RightPanels right;
  private final ColumnGradient columnGradient;
  private final FilterCache filters;
  private final DirectConvolution direct;
  private final WinogradProduct winogradProduct;
  private final WinogradDataGradient winogradDataGradient;
  private final WinogradFilterGradient winogradFilterGradient;

  Convolution(
      ConvPlanner planner,
      Workers workers,
      RowProduct rowProduct,
      OuterProduct outerProduct,
      RightPanels right) {
    this.planner = planner;
    this.rowProduct = rowProduct;
    this.outerProduct = outerProduct;
    this.right = right;
    columnGradient = new ColumnGradient(workers);
    filters = new FilterCache(workers);
    direct = new DirectConvolution(workers, right);
    winogradProduct = new WinogradProduct(workers);
    winogradDataGradient = new WinogradDataGradient(workers);
    winogradFilterGradient = new WinogradFilterGradient(workers);
  }

  void convForward(ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    ConvPlan plan = planner.plan(ConvPass.FORWARD, spec, x.shape(), w.shape(), y.shape());
    for (int group = 0; group < spec.groups(); group++) {
      switch (plan.algorithm()) {
        case DIRECT -> direct.forward(spec, x, w, y);
        case DIRECT_MIRRORED -> direct.mirroredForward(spec, x, w, y);
        case WINOGRAD_F22, WINOGRAD_F42, WINOGRAD_F23, WINOGRAD_F43 ->
            tiledForward(plan.algorithm().winograd(), spec, x, w, y, group);
        case GEMM, COLUMNS, WHOLE_IMAGE -> forward(spec, x, w, y, group);
      }
    }
  }

  void convBackwardFilter(ConvSpec spec, Tensor x, Tensor dy, Tensor dw) {
    ConvPlan plan = planner.plan(ConvPass.BACKWARD_FILTER, spec, x.shape(), dw.shape(), dy.shape());
    for (int group = 0; group < spec.groups(); group++) {
      switch (plan.algorithm()) {
        case DIRECT -> direct.filterGradient(spec, x, dy, dw);
        case DIRECT_MIRRORED -> direct.mirroredFilterGradient(spec, x, dy, dw);
        case WINOGRAD_F22, WINOGRAD_F42, WINOGRAD_F23, WINOGRAD_F43 ->
            tiledFilterGradient(plan.algorithm().winograd(), spec, x, dy, dw, group);
        case GEMM, COLUMNS, WHOLE_IMAGE -> filterGradient(spec, x, dy, dw, group);
      }
    }
  }

  void convBackwardData(ConvSpec spec, Tensor dy, Tensor w, Tensor dx) {
    ConvPlan plan = planner.plan(ConvPass.BACKWARD_DATA, spec, dx.shape(), w.shape(), dy.shape());
    for (int group = 0; group < spec.groups(); group++) {
      switch (plan.algorithm()) {
        case WHOLE_IMAGE -> wholeImage(dy, w, dx);
        case COLUMNS -> columns(spec, dy, w, dx, group);
        case DIRECT -> direct.dataGradient(spec, dy, w, dx);
        case DIRECT_MIRRORED -> direct.mirroredDataGradient(spec, dy, w, dx);
        case GEMM -> gather(spec, dy, w, dx, group);
        case WINOGRAD_F22, WINOGRAD_F42, WINOGRAD_F23, WINOGRAD_F43 ->
            tiledDataGradient(plan.algorithm().winograd(), spec, dy, w, dx, group);
      }
    }
  }

  private void forward(ConvSpec spec, Tensor x, Tensor w, Tensor y, int group) {
    Planes out = Planes.of(y, group, spec.groups());
    right.pack(Matrix.filter(w, group, spec.groups()), depth(w.shape()), out.channels());
    RowSource windows = windows(spec, x, w.shape(), y.shape(), group);
    rowProduct.run(windows, pixels(y.shape()), right, out.pixels());
  }

  private void tiledForward(
      Winograd winograd, ConvSpec spec, Tensor x, Tensor w, Tensor y, int group) {
    Shape s = y.shape();
    Planes out = Planes.of(y, group, spec.groups());
    FilterPanels filter =
        filters.get(
            w,
            new Use(ConvPass.FORWARD, winograd, group),
            panels ->
                panels.pack(
                    winograd,
                    1,
                    phaseTaps(winograd, spec, w, group),
                    false,
                    w.shape().c(),
                    out.channels()));
    winogradProduct.run(
        winograd,
        tiles(winograd, spec, x, s, group),
        filter,
        new PixelGrid(out, 0, 1, s.h(), 0, 1, s.w()),
        s.n());
  }

  private void filterGradient(ConvSpec spec, Tensor x, Tensor dy, Tensor dw, int group) {
    RowSource windows = windows(spec, x, dw.shape(), dy.shape(), group);
    Planes gradient = Planes.of(dy, group, spec.groups());
    outerProduct.run(
        windows,
        depth(dw.shape()),
        gradient.pixels(),
        gradient.channels(),
        pixels(dy.shape()),
        Matrix.filter(dw, group, spec.groups()));
  }

  private void tiledFilterGradient(
      Winograd winograd, ConvSpec spec, Tensor x, Tensor dy, Tensor dw, int group) {
    TileInput in = tiles(winograd, spec, x, dy.shape(), group);
    Planes gradient = Planes.of(dy, group, spec.groups());
    winogradFilterGradient.run(
        in,
        TileGradient.of(winograd, gradient, in),
        dy.shape().n(),
        Matrix.filter(dw, group, spec.groups()));
  }

  /** The taps of each of the convolutions of stride 1 that make up a strided one. */
  private static RowSource[] phaseTaps(Winograd winograd, ConvSpec spec, Tensor w, int group) {
    int stride = spec.strideH();
    int taps = winograd.side().taps();
    RowSource[] all = new RowSource[stride * stride * taps * taps];
    for (int phase = 0; phase < stride * stride; phase++) {
      int[] down = every(stride, phase / stride, taps);
      int[] across = every(stride, phase % stride, taps);
      RowSource[] square = taps(w, down, across, group, spec.groups());
      System.arraycopy(square, 0, all, phase * square.length, square.length);
    }
    return all;
  }

  private static int[] every(int step, int first, int count) {
    int[] all = new int[count];
    for (int i = 0; i < count; i++) {
      all[i] = first + i * step;
    }
    return all;
  }

  private static TileInput tiles(Winograd winograd, ConvSpec spec, Tensor x, Shape y, int group) {
    return TileInput.of(
        winograd,
        Planes.of(x, group, spec.groups()),
        new Axis(y.h(), -spec.padH(), spec.strideH(), winograd.side().taps(), spec.strideH()),
        new Axis(y.w(), -spec.padW(), spec.strideW(), winograd.side().taps(), spec.strideW()),
        spec.strideH());
  }

  private void wholeImage(Tensor dy, Tensor w, Tensor dx) {
    int size = w.shape().plane() * w.shape().c();
    right.packTransposed(new RowSource[] {Matrix.filter(w, 0, 1)}, w.shape().n(), size);
    Matrix images = new Matrix(dx.segment(), 0, size);
    rowProduct.run(Planes.of(dy, 0, 1).pixels(), dy.shape().n(), right, images);
  }

  private void columns(ConvSpec spec, Tensor dy, Tensor w, Tensor dx, int group) {
    Shape s = w.shape();
    int out = s.n() / spec.groups();
    right.packTransposed(
        new RowSource[] {Matrix.filter(w, group, spec.groups())}, out, s.plane() * s.c());
    Planes gradient = Planes.of(dy, group, spec.groups());
    Planes image = Planes.of(dx, group, spec.groups());
    columnGradient.run(spec, s.h(), s.w(), dx.shape().n(), gradient, right, image);
  }

  /** Each pixel of dx gathers the pixels of dy that its taps reach; one product per phase. */
  private void gather(ConvSpec spec, Tensor dy, Tensor w, Tensor dx, int group) {
    Shape s = dx.shape();
    Planes gradient = Planes.of(dy, group, spec.groups());
    Planes image = Planes.of(dx, group, spec.groups());
    for (Phase down : phasesDown(spec, w.shape(), s)) {
      for (Phase across : phasesAcross(spec, w.shape(), s)) {
        RowSource[] taps = taps(w, down.taps(), across.taps(), group, spec.groups());
        right.packTransposed(taps, gradient.channels(), image.channels());
        rowProduct.run(
            Window.rows(gradient, down.gradient(), across.gradient()),
            s.n() * down.gradient().positions() * across.gradient().positions(),
            right,
            grid(spec, image, down, across));
      }
    }
  }

  /** Towards its input, a convolution of stride 1 is one too: with its taps in reverse order. */
  private void mirroredTiledDataGradient(
      Winograd winograd, ConvSpec spec, Tensor dy, Tensor w, Tensor dx, int group) {
    Shape s = dx.shape();
    Planes gradient = Planes.of(dy, group, spec.groups());
    Planes image = Planes.of(dx, group, spec.groups());
    Phase down = phasesDown(spec, w.shape(), s)[0];
    Phase across = phasesAcross(spec, w.shape(), s)[0];
    FilterPanels filter =
        filters.get(
            w,
            new Use(ConvPass.BACKWARD_DATA, winograd, group),
            panels ->
                panels.pack(
                    winograd,
                    1,
                    taps(w, down.taps(), across.taps(), group, spec.groups()),
                    true,
                    gradient.channels(),
                    image.channels()));
    winogradProduct.run(
        winograd,
        TileInput.of(winograd, gradient, down.gradient(), across.gradient(), 1),
        filter,
        grid(spec, image, down, across),
        s.n());
  }

  private void tiledDataGradient(
      Winograd winograd, ConvSpec spec, Tensor dy, Tensor w, Tensor dx, int group) {
    if (spec.strideH() == 1) {
      mirroredTiledDataGradient(winograd, spec, dy, w, dx, group);
      return;
    }
    Planes gradient = Planes.of(dy, group, spec.groups());
    Planes image = Planes.of(dx, group, spec.groups());
    int phases = spec.strideH() * spec.strideW();
    FilterPanels filter =
        filters.get(
            w,
            new Use(ConvPass.BACKWARD_DATA, winograd, group),
            panels ->
                panels.pack(
                    winograd,
                    phases,
                    phaseTaps(winograd, spec, w, group),
                    true,
                    gradient.channels(),
                    image.channels()));
    TileInput patches = tiles(winograd, spec, dx, dy.shape(), group);
    TileGradient tiles = TileGradient.of(winograd, gradient, patches);
    winogradDataGradient.run(spec, tiles, filter, image, dx.shape().n());
  }

  private static Phase[] phasesDown(ConvSpec spec, Shape w, Shape x) {
    return Phase.all(x.h(), w.h(), spec.strideH(), spec.padH(), spec.dilationH());
  }

  private static Phase[] phasesAcross(ConvSpec spec, Shape w, Shape x) {
    return Phase.all(x.w(), w.w(), spec.strideW(), spec.padW(), spec.dilationW());
  }

  /** The pixels of an image that belong to a phase. */
  private static PixelGrid grid(ConvSpec spec, Planes image, Phase down, Phase across) {
    return new PixelGrid(
        image,
        down.first(),
        spec.strideH(),
        down.gradient().positions(),
        across.first(),
        spec.strideW(),
        across.gradient().positions());
  }

  /** The filter's matrices (input x output channels) at the given taps. */
  private static RowSource[] taps(Tensor w, int[] down, int[] across, int group, int groups) {
    Shape s = w.shape();
    Matrix filter = Matrix.filter(w, group, groups);
    RowSource[] taps = new RowSource[down.length * across.length];
    for (int i = 0; i < taps.length; i++) {
      int tap = down[i / across.length] * s.w() + across[i % across.length];
      taps[i] = new Matrix(filter.data(), filter.start() + tap * s.c() * s.n(), s.n());
    }
    return taps;
  }

  private static RowSource windows(ConvSpec spec, Tensor x, Shape w, Shape y, int group) {
    return Window.rows(Planes.of(x, group, spec.groups()), down(spec, w, y), across(spec, w, y));
  }

  /** Elements of a window. */
  private static int depth(Shape w) {
    return w.plane() * w.c();
  }

  private static Axis down(ConvSpec spec, Shape w, Shape y) {
    return new Axis(y.h(), -spec.padH(), spec.strideH(), w.h(), spec.dilationH());
  }

  private static Axis across(ConvSpec spec, Shape w, Shape y) {
    return new Axis(y.w(), -spec.padW(), spec.strideW(), w.w(), spec.dilationW());
  }

  private static int pixels(Shape s) {
    return s.n() * s.plane();
  }
}
