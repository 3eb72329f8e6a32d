package lanewise.backend;

import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;

/**
 * The one place where arguments are checked: what passes here, an engine may take for granted.
 * Messages name the operation and the shapes.
 */
final class CheckedBackend implements Backend {
  private final Backend engine;

  CheckedBackend(Backend engine) {
    this.engine = engine;
  }

  @Override
  public Description description() {
    return engine.description();
  }

  // ---- 1. memory

  @Override
  public Tensor allocate(Shape shape) {
    return engine.allocate(shape);
  }

  @Override
  public void upload(float[] source, Tensor target) {
    owned("upload", target);
    require(source.length == target.shape().size(), "upload", source.length, target.shape());
    engine.upload(source, target);
  }

  @Override
  public void read(Tensor source, float[] target) {
    owned("read", source);
    require(target.length == source.shape().size(), "read", source.shape(), target.length);
    engine.read(source, target);
  }

  @Override
  public void copy(Tensor source, Tensor target) {
    owned("copy", source, target);
    require(source.shape().broadcastsTo(target.shape()), "copy", source.shape(), target.shape());
    engine.copy(source, target);
  }

  @Override
  public void fill(Tensor target, float value) {
    owned("fill", target);
    engine.fill(target, value);
  }

  @Override
  public Scope scope() {
    return engine.scope();
  }

  @Override
  public void sync() {
    engine.sync();
  }

  @Override
  public void close() {
    engine.close();
  }

  // ---- 2. pointwise operations and reduction

  @Override
  public void map(Unary f, Tensor x, Tensor y) {
    owned("map", x, y);
    same("map " + f, x, y);
    engine.map(f, x, y);
  }

  @Override
  public void zip(Binary f, Tensor a, Tensor b, Tensor y) {
    owned("zip", a, b, y);
    require(
        a.shape().broadcast(b.shape()).equals(y.shape()),
        "zip " + f,
        a.shape(),
        b.shape(),
        y.shape());
    engine.zip(f, a, b, y);
  }

  @Override
  public void accumulate(float alpha, Tensor x, Tensor y) {
    owned("accumulate", x, y);
    same("accumulate", x, y);
    engine.accumulate(alpha, x, y);
  }

  @Override
  public void sum(Tensor x, Tensor y) {
    owned("sum", x, y);
    require(y.shape().broadcastsTo(x.shape()), "sum", x.shape(), y.shape());
    engine.sum(x, y);
  }

  // ---- 3. matrices

  @Override
  public void gemm(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c) {
    owned("gemm", a, b, c);
    Shape sa = a.shape();
    Shape sb = b.shape();
    Shape sc = c.shape();
    int rows = transposeA ? sa.c() : sa.n();
    int inner = transposeA ? sa.n() : sa.c();
    int columns = transposeB ? sb.n() : sb.c();
    boolean fits =
        sa.isMatrix()
            && sb.isMatrix()
            && inner == (transposeB ? sb.c() : sb.n())
            && sc.equals(Shape.matrix(rows, columns));
    require(fits, "gemm(" + transposeA + ", " + transposeB + ")", sa, sb, sc);
    engine.gemm(transposeA, transposeB, alpha, a, b, beta, c);
  }

  // ---- 4. convolution

  @Override
  public void convForward(ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    owned("convForward", x, w, y);
    conv("convForward", spec, x, w, y);
    engine.convForward(spec, x, w, y);
  }

  @Override
  public void convBackwardData(ConvSpec spec, Tensor dy, Tensor w, Tensor dx) {
    owned("convBackwardData", dy, w, dx);
    conv("convBackwardData", spec, dx, w, dy);
    engine.convBackwardData(spec, dy, w, dx);
  }

  @Override
  public void convBackwardFilter(ConvSpec spec, Tensor x, Tensor dy, Tensor dw) {
    owned("convBackwardFilter", x, dy, dw);
    conv("convBackwardFilter", spec, x, dw, dy);
    engine.convBackwardFilter(spec, x, dy, dw);
  }

  private static void conv(String operation, ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    require(
        spec.outputShape(x.shape(), w.shape()).equals(y.shape()),
        operation + " " + spec,
        x.shape(),
        w.shape(),
        y.shape());
  }

  // ---- 5. normalisation

  @Override
  public void normForward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y) {
    owned("normForward", x, affine.gamma(), affine.beta(), moments.mean(), moments.variance(), y);
    same("normForward", x, y);
    norm("normForward", spec, x, affine, moments);
    engine.normForward(spec, x, affine, moments, y);
  }

  @Override
  public void normBackward(
      NormSpec spec,
      Tensor x,
      Tensor dy,
      Affine affine,
      Moments moments,
      Tensor dx,
      Affine gradients) {
    String operation = "normBackward";
    owned(operation, x, dy, dx, affine.gamma(), affine.beta());
    owned(operation, moments.mean(), moments.variance(), gradients.gamma(), gradients.beta());
    same(operation, x, dy);
    if (dx != null) {
      same(operation, x, dx);
    }
    norm(operation, spec, x, affine, moments);
    gradient(operation, "gamma", x, affine.gamma(), gradients.gamma());
    gradient(operation, "beta", x, affine.beta(), gradients.beta());
    engine.normBackward(spec, x, dy, affine, moments, dx, gradients);
  }

  private static void norm(
      String operation, NormSpec spec, Tensor x, Affine affine, Moments moments) {
    Shape shape = x.shape();
    Shape table = spec.scope().tableShape(shape);
    for (Tensor t : new Tensor[] {moments.mean(), moments.variance()}) {
      require(t.shape().equals(table), operation, shape, "mean or variance", t.shape(), table);
    }
    for (Tensor t : new Tensor[] {affine.gamma(), affine.beta()}) {
      require(
          t == null
              || t.shape().equals(Shape.vector(shape.c()))
              || t.shape().equals(Shape.matrix(shape.n(), shape.c())),
          operation,
          shape,
          "affine",
          t == null ? "none" : t.shape());
    }
    if (moments.source() == Source.INPUT && spec.scope().count(shape) == 1) {
      throw new IllegalArgumentException(
          "%s: %s has one value per mean for %s, which is always normalised to 0"
              .formatted(operation, shape, spec.scope()));
    }
  }

  private static void gradient(
      String operation, String name, Tensor x, Tensor parameter, Tensor gradient) {
    if (gradient != null) {
      require(
          parameter != null && parameter.shape().equals(gradient.shape()),
          operation,
          x.shape(),
          "gradient of " + name,
          gradient.shape());
    }
  }

  // ---- 6. resampling and padding

  @Override
  public void upsampleNearest(int factor, Tensor x, Tensor y) {
    owned("upsampleNearest", x, y);
    upsampled("upsampleNearest", factor, x, y);
    engine.upsampleNearest(factor, x, y);
  }

  @Override
  public void upsampleNearestAdjoint(int factor, Tensor dy, Tensor dx) {
    owned("upsampleNearestAdjoint", dy, dx);
    upsampled("upsampleNearestAdjoint", factor, dx, dy);
    engine.upsampleNearestAdjoint(factor, dy, dx);
  }

  private static void upsampled(String operation, int factor, Tensor small, Tensor large) {
    Shape s = small.shape();
    require(
        factor >= 1 && large.shape().equals(Shape.of(s.n(), s.c(), s.h() * factor, s.w() * factor)),
        operation + " by " + factor,
        s,
        large.shape());
  }

  @Override
  public void reflectPad(Padding padding, Tensor x, Tensor y) {
    owned("reflectPad", x, y);
    padded("reflectPad", padding, x, y);
    engine.reflectPad(padding, x, y);
  }

  @Override
  public void reflectPadAdjoint(Padding padding, Tensor dy, Tensor dx) {
    owned("reflectPadAdjoint", dy, dx);
    padded("reflectPadAdjoint", padding, dx, dy);
    engine.reflectPadAdjoint(padding, dy, dx);
  }

  private static void padded(String operation, Padding p, Tensor small, Tensor large) {
    Shape s = small.shape();
    require(
        p.pad(s).equals(large.shape())
            && Math.max(p.left(), p.right()) < s.w()
            && Math.max(p.top(), p.bottom()) < s.h(),
        operation + " " + p + " (less than the image's sides)",
        s,
        large.shape());
  }

  // ---- 7. fused

  @Override
  public void biasActivation(Tensor x, Tensor bias, Activation activation, Tensor y) {
    owned("biasActivation", x, bias, y);
    same("biasActivation", x, y);
    require(
        bias.shape().equals(Shape.vector(x.shape().c())),
        "biasActivation",
        x.shape(),
        bias.shape());
    engine.biasActivation(x, bias, activation, y);
  }

  @Override
  public void adam(AdamSpec spec, Tensor values, Tensor gradients, Tensor m, Tensor v) {
    owned("adam", values, gradients, m, v);
    same("adam", values, gradients);
    same("adam", values, m);
    same("adam", values, v);
    engine.adam(spec, values, gradients, m, v);
  }

  // ---- 8. replay

  @Override
  public Runnable capture(Runnable step) {
    return engine.capture(step);
  }

  // ---- the checks

  private void owned(String operation, Tensor... tensors) {
    for (Tensor t : tensors) {
      if (t != null && !t.isOn(engine)) {
        throw new IllegalArgumentException(
            "%s: the tensor %s is on another backend (%s) than this one (%s)"
                .formatted(operation, t.shape(), t.backendName(), description().name()));
      }
    }
  }

  private static void same(String operation, Tensor a, Tensor b) {
    require(a.shape().equals(b.shape()), operation, a.shape(), b.shape());
  }

  private static void require(boolean fits, String operation, Object... operands) {
    if (!fits) {
      StringBuilder message = new StringBuilder(operation).append(": these do not fit: ");
      for (int i = 0; i < operands.length; i++) {
        message.append(i == 0 ? "" : ", ").append(operands[i]);
      }
      throw new IllegalArgumentException(message.toString());
    }
  }
}
