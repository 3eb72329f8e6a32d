package lanewise.backend;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.OptionalDouble;
import java.util.Set;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;

/**
 * The one place where arguments are checked: what passes here, an engine may take for granted.
 * Messages name the operation and the shapes. It is also where calls are observed, as {@link
 * KernelEvent}s.
 */
final class CheckedBackend implements Backend {
  private final Backend engine;
  private String layer = "";

  /** Of what the step that is being recorded changes; null outside of one. */
  private Set<Memory> changed;

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
  public Tensor allocateActivation(Shape shape) {
    return engine.allocateActivation(shape);
  }

  @Override
  public void upload(float[] source, Tensor target) {
    KernelEvent event = begin("upload", null, target);
    require(source.length == target.shape().size(), "upload", source.length, target.shape());
    engine.upload(source, changing(target));
    event.finish(engine);
  }

  @Override
  public void read(Tensor source, float[] target) {
    KernelEvent event = begin("read", null, source);
    require(target.length == source.shape().size(), "read", source.shape(), target.length);
    engine.read(source, target);
    event.finish(engine);
  }

  @Override
  public void copy(Tensor source, Tensor target) {
    KernelEvent event = begin("copy", null, source, target);
    require(source.shape().broadcastsTo(target.shape()), "copy", source.shape(), target.shape());
    engine.copy(source, changing(target));
    event.finish(engine);
  }

  @Override
  public void fill(Tensor target, float value) {
    KernelEvent event = begin("fill", null, target);
    engine.fill(changing(target), value);
    event.finish(engine);
  }

  @Override
  public void trim() {
    engine.trim();
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
    KernelEvent event = begin("map", f, x, y);
    require(x.shape().equals(y.shape()), "map", f, x.shape(), y.shape());
    engine.map(f, x, changing(y));
    event.finish(engine);
  }

  @Override
  public void zip(Binary f, Tensor a, Tensor b, Tensor y) {
    KernelEvent event = begin("zip", f, a, b, y);
    require(
        a.shape().broadcast(b.shape()).equals(y.shape()),
        "zip",
        f,
        a.shape(),
        b.shape(),
        y.shape());
    engine.zip(f, a, b, changing(y));
    event.finish(engine);
  }

  @Override
  public void accumulate(float alpha, Tensor x, Tensor y) {
    KernelEvent event = begin("accumulate", null, x, y);
    same("accumulate", x, y);
    engine.accumulate(alpha, x, changing(y));
    event.finish(engine);
  }

  @Override
  public void sum(Tensor x, Tensor y) {
    KernelEvent event = begin("sum", null, x, y);
    require(y.shape().broadcastsTo(x.shape()), "sum", x.shape(), y.shape());
    engine.sum(x, changing(y));
    event.finish(engine);
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
    KernelEvent event = begin("gemm", null, a, b, c);
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
    require(fits, "gemm", order(transposeA), sa, order(transposeB), sb, sc);
    engine.gemm(transposeA, transposeB, alpha, a, b, beta, changing(c));
    event.finish(engine);
  }

  private static String order(boolean transpose) {
    return transpose ? "transposed" : "as it is";
  }

  // ---- 4. convolution

  @Override
  public void convForward(ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    KernelEvent event = begin("convForward", spec, x, w, y);
    conv("convForward", spec, x, w, y);
    single("convForward", w);
    engine.convForward(spec, x, w, changing(y));
    event.finish(engine);
  }

  @Override
  public void convBackwardData(ConvSpec spec, Tensor dy, Tensor w, Tensor dx) {
    KernelEvent event = begin("convBackwardData", spec, dy, w, dx);
    conv("convBackwardData", spec, dx, w, dy);
    single("convBackwardData", w);
    engine.convBackwardData(spec, dy, w, changing(dx));
    event.finish(engine);
  }

  @Override
  public void convBackwardFilter(ConvSpec spec, Tensor x, Tensor dy, Tensor dw) {
    KernelEvent event = begin("convBackwardFilter", spec, x, dy, dw);
    conv("convBackwardFilter", spec, x, dw, dy);
    single("convBackwardFilter", dw);
    engine.convBackwardFilter(spec, x, dy, changing(dw));
    event.finish(engine);
  }

  private static void conv(String operation, ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    require(
        spec.outputShape(x.shape(), w.shape()).equals(y.shape()),
        operation,
        spec,
        x.shape(),
        w.shape(),
        y.shape());
  }

  // ---- 5. normalisation

  @Override
  public void normForward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y) {
    KernelEvent event =
        begin(
            "normForward",
            spec,
            x,
            affine.gamma(),
            affine.beta(),
            moments.mean(),
            moments.variance(),
            y);
    same("normForward", x, y);
    norm("normForward", spec, x, affine, moments);
    changing(moments.mean());
    changing(moments.variance());
    engine.normForward(spec, x, affine, moments, changing(y));
    event.finish(engine);
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
    KernelEvent event = begin(operation, spec, x, dy, dx, affine.gamma(), affine.beta());
    owned(operation, moments.mean(), moments.variance(), gradients.gamma(), gradients.beta());
    same(operation, x, dy);
    if (dx != null) {
      same(operation, x, dx);
    }
    norm(operation, spec, x, affine, moments);
    single(operation, gradients.gamma());
    single(operation, gradients.beta());
    gradient(operation, "gamma", x, affine.gamma(), gradients.gamma());
    gradient(operation, "beta", x, affine.beta(), gradients.beta());
    changing(gradients.gamma());
    changing(gradients.beta());
    engine.normBackward(spec, x, dy, affine, moments, changing(dx), gradients);
    event.finish(engine);
  }

  private static void norm(
      String operation, NormSpec spec, Tensor x, Affine affine, Moments moments) {
    Shape shape = x.shape();
    Shape table = spec.scope().tableShape(shape);
    single(operation, moments.mean());
    single(operation, moments.variance());
    single(operation, affine.gamma());
    single(operation, affine.beta());
    moment(operation, shape, moments.mean(), table);
    moment(operation, shape, moments.variance(), table);
    affine(operation, shape, affine.gamma());
    affine(operation, shape, affine.beta());
    if (moments.source() == Source.INPUT && spec.scope().count(shape) == 1) {
      throw new IllegalArgumentException(
          "%s: %s has one value per mean for %s, which is always normalised to 0"
              .formatted(operation, shape, spec.scope()));
    }
  }

  private static void moment(String operation, Shape x, Tensor moment, Shape table) {
    require(moment.shape().equals(table), operation, x, "mean or variance", moment.shape(), table);
  }

  private static void affine(String operation, Shape x, Tensor parameter) {
    if (parameter != null) {
      Shape shape = parameter.shape();
      boolean fits =
          shape.isMatrix() && shape.c() == x.c() && (shape.n() == 1 || shape.n() == x.n());
      require(fits, operation, x, "affine", shape);
    }
  }

  private static void gradient(
      String operation, String name, Tensor x, Tensor parameter, Tensor gradient) {
    if (gradient != null) {
      require(
          parameter != null && parameter.shape().equals(gradient.shape()),
          operation,
          x.shape(),
          "gradient of",
          name,
          gradient.shape());
    }
  }

  // ---- 6. resampling, padding, pooling, order and dropout

  @Override
  public void upsampleNearest(int factor, Tensor x, Tensor y) {
    KernelEvent event = begin("upsampleNearest", null, x, y);
    upsampled("upsampleNearest", factor, x, y);
    engine.upsampleNearest(factor, x, changing(y));
    event.finish(engine);
  }

  @Override
  public void upsampleNearestAdjoint(int factor, Tensor dy, Tensor dx) {
    KernelEvent event = begin("upsampleNearestAdjoint", null, dy, dx);
    upsampled("upsampleNearestAdjoint", factor, dx, dy);
    engine.upsampleNearestAdjoint(factor, dy, changing(dx));
    event.finish(engine);
  }

  private static void upsampled(String operation, int factor, Tensor small, Tensor large) {
    Shape s = small.shape();
    require(
        factor >= 1 && large.shape().equals(Shape.of(s.n(), s.c(), s.h() * factor, s.w() * factor)),
        operation,
        factor,
        s,
        large.shape());
  }

  @Override
  public void reflectPad(Padding padding, Tensor x, Tensor y) {
    KernelEvent event = begin("reflectPad", padding, x, y);
    padded("reflectPad", padding, x, y);
    engine.reflectPad(padding, x, changing(y));
    event.finish(engine);
  }

  @Override
  public void reflectPadAdjoint(Padding padding, Tensor dy, Tensor dx) {
    KernelEvent event = begin("reflectPadAdjoint", padding, dy, dx);
    padded("reflectPadAdjoint", padding, dx, dy);
    engine.reflectPadAdjoint(padding, dy, changing(dx));
    event.finish(engine);
  }

  private static void padded(String operation, Padding p, Tensor small, Tensor large) {
    Shape s = small.shape();
    require(
        p.pad(s).equals(large.shape())
            && Math.max(p.left(), p.right()) < s.w()
            && Math.max(p.top(), p.bottom()) < s.h(),
        operation,
        p,
        s,
        large.shape(),
        "padding must be less than the image's sides");
  }

  @Override
  public void copyChannels(Tensor source, int from, Tensor target, int to, int count) {
    ChannelCopy what = new ChannelCopy(from, to, count);
    KernelEvent event = begin("copyChannels", what, source, target);
    Shape s = source.shape();
    Shape t = target.shape();
    boolean fits =
        s.layout() == Layout.NHWC
            && t.layout() == Layout.NHWC
            && s.n() == t.n()
            && s.h() == t.h()
            && s.w() == t.w();
    require(fits, "copyChannels", s, t);
    require(count >= 1, "copyChannels", what, s, t);
    channels("copyChannels", "source", s, from, count);
    channels("copyChannels", "target", t, to, count);
    engine.copyChannels(source, from, changing(target), to, count);
    event.finish(engine);
  }

  private static void channels(String operation, String operand, Shape s, int first, int count) {
    if (first < 0 || count > s.c() - first) {
      throw new IllegalArgumentException(
          "%s: %d channels from %d on are not within the channels 0 to %d of the %s %s"
              .formatted(operation, count, first, s.c() - 1, operand, s));
    }
  }

  @Override
  public void resample(AxisMap rows, AxisMap columns, Tensor x, Tensor y) {
    KernelEvent event = begin("resample", null, x, y);
    Shape s = x.shape();
    boolean fits =
        s.layout() == Layout.NHWC
            && s.h() == rows.inputs()
            && s.w() == columns.inputs()
            && y.shape().equals(Shape.of(s.n(), s.c(), rows.outputs(), columns.outputs()));
    require(fits, "resample", "rows " + rows, "columns " + columns, s, y.shape());
    engine.resample(rows, columns, x, changing(y));
    event.finish(engine);
  }

  @Override
  public void permute(AxisOrder order, Tensor x, Tensor y) {
    KernelEvent event = begin("permute", order, x, y);
    boolean fits = x.shape().size() == order.size() && y.shape().size() == order.size();
    require(fits, "permute", order, x.shape(), y.shape());
    engine.permute(order, x, changing(y));
    event.finish(engine);
  }

  @Override
  public void maxPool(PoolSpec spec, Tensor x, Tensor values, Tensor y) {
    KernelEvent event = begin("maxPool", spec, x, values, y);
    same("maxPool", x, values);
    pooled("maxPool", spec, x, y);
    engine.maxPool(spec, x, values, changing(y));
    event.finish(engine);
  }

  @Override
  public void maxPoolAdjoint(PoolSpec spec, Tensor x, Tensor dy, Tensor dx) {
    KernelEvent event = begin("maxPoolAdjoint", spec, x, dy, dx);
    same("maxPoolAdjoint", x, dx);
    pooled("maxPoolAdjoint", spec, x, dy);
    engine.maxPoolAdjoint(spec, x, dy, changing(dx));
    event.finish(engine);
  }

  private static void pooled(String operation, PoolSpec spec, Tensor x, Tensor y) {
    boolean fits =
        x.shape().layout() == Layout.NHWC && y.shape().equals(spec.outputShape(x.shape()));
    require(fits, operation, spec, x.shape(), y.shape());
  }

  @Override
  public void dropout(DropoutSpec spec, Tensor key, Tensor mask) {
    KernelEvent event = begin("dropout", spec, mask);
    owned("dropout", key);
    require(key.shape().equals(DropoutSpec.KEY), "dropout", "key", key.shape(), DropoutSpec.KEY);
    single("dropout", key);
    single("dropout", mask);
    engine.dropout(spec, key, changing(mask));
    event.finish(engine);
  }

  // ---- 7. fused

  @Override
  public void biasActivation(Tensor x, Tensor bias, Activation activation, Tensor y) {
    KernelEvent event = begin("biasActivation", activation, x, bias, y);
    same("biasActivation", x, y);
    require(
        bias.shape().equals(Shape.vector(x.shape().c())),
        "biasActivation",
        x.shape(),
        bias.shape());
    single("biasActivation", bias);
    engine.biasActivation(x, bias, activation, changing(y));
    event.finish(engine);
  }

  @Override
  public void adam(
      AdamSpec spec, Tensor rates, Tensor values, Tensor gradients, Tensor m, Tensor v) {
    KernelEvent event = begin("adam", null, values, gradients, m, v);
    owned("adam", rates);
    require(rates.shape().equals(AdamSpec.RATES), "adam", "rates", rates.shape(), AdamSpec.RATES);
    single("adam", rates);
    single("adam", values);
    single("adam", gradients);
    single("adam", m);
    single("adam", v);
    same("adam", values, gradients);
    same("adam", values, m);
    same("adam", values, v);
    engine.adam(spec, rates, changing(values), gradients, changing(m), changing(v));
    event.finish(engine);
  }

  // ---- 8. replay

  @Override
  public Runnable capture(Runnable step) {
    Recording recording = new Recording(step);
    Runnable replay = engine.capture(recording);
    return replay == recording ? step : () -> recording.replay(replay);
  }

  /** A step and what it changes, which is noted for its replays too: they call no operation. */
  private final class Recording implements Runnable {
    private final Runnable step;
    private final Set<Memory> changes = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean ran;

    Recording(Runnable step) {
      this.step = step;
    }

    @Override
    public void run() {
      ran = true;
      changes.clear();
      changed = changes;
      try {
        step.run();
      } finally {
        changed = null;
        changes.removeIf(memory -> !memory.isOpen());
      }
    }

    void replay(Runnable replay) {
      ran = false;
      replay.run();
      if (!ran) {
        changes.forEach(Memory::change);
      }
    }
  }

  // ---- 9. for those who observe

  @Override
  public Algorithm algorithm(ConvPass pass, ConvSpec spec, Shape x, Shape w, Shape y) {
    return engine.algorithm(pass, spec, x, w, y);
  }

  @Override
  public OptionalDouble peakGflops() {
    return engine.peakGflops();
  }

  @Override
  public void layer(String name) {
    layer = name;
  }

  @Override
  public String layer() {
    return layer;
  }

  // ---- the checks

  /** Every operation begins here, for those who record it. */
  private KernelEvent begin(String operation, Object what, Tensor... tensors) {
    owned(operation, tensors);
    return KernelEvent.start(operation, layer, what, tensors);
  }

  /** Notes that {@code t}, which may be null, is about to change. */
  private Tensor changing(Tensor t) {
    if (t != null) {
      t.memory().change();
      if (changed != null) {
        changed.add(t.memory());
      }
    }
    return t;
  }

  private void owned(String operation, Tensor... tensors) {
    for (Tensor t : tensors) {
      if (t != null && !t.isOn(engine)) {
        throw new IllegalArgumentException(
            "%s: the tensor %s is on another backend (%s) than this one (%s)"
                .formatted(operation, t.shape(), t.backendName(), description().name()));
      }
    }
  }

  /** What is summed up over pixels or steps, and what is multiplied with it, is fp32. */
  private static void single(String operation, Tensor t) {
    if (t != null && t.type() != ElementType.F32) {
      throw new IllegalArgumentException(
          "%s: the tensor %s is %s where only %s can be"
              .formatted(operation, t.shape(), t.type(), ElementType.F32));
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
