package lanewise.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What every backend owes its caller besides the right numbers: memory, layout, refusals. */
abstract class BackendLaws {
  private static final Shape IMAGES = Shape.of(2, 3, 4, 5);

  private Backend backend;

  /** What the backend under test is called. */
  abstract String name();

  /** Opens the backend under test. */
  final Backend open(int threads) {
    return Backends.open(name(), threads);
  }

  @BeforeEach
  final void openAnother() {
    backend = open(2);
  }

  @AfterEach
  final void closeIt() {
    backend.close();
  }

  // ---- layout

  @Test
  final void imagesAreStoredChannelsLastAndReadBackInPyTorchsOrder() {
    Shape shape = Shape.of(2, 3, 2, 2);
    float[] nchw = counting(shape.size());
    Tensor tensor = backend.allocate(shape);
    backend.upload(nchw, tensor);
    assertArrayEquals(nchw, read(tensor));
    float[] stored = read(tensor.part(0, Shape.vector(shape.size())));
    assertArrayEquals(new float[] {0, 4, 8, 1, 5, 9}, Arrays.copyOf(stored, 6));
    assertEquals(12, stored[12]);
  }

  @Test
  final void filtersAreStoredHwioAndReadBackInPyTorchsOrder() {
    Shape shape = Shape.filter(2, 3, 2, 2);
    float[] oihw = counting(shape.size());
    Tensor tensor = backend.allocate(shape);
    backend.upload(oihw, tensor);
    assertArrayEquals(oihw, read(tensor));
    float[] stored = read(tensor.part(0, Shape.vector(shape.size())));
    assertArrayEquals(new float[] {0, 12, 4, 16, 8, 20}, Arrays.copyOf(stored, 6));
    assertEquals(1, stored[6]);
  }

  // ---- memory

  @Test
  final void aScopeClosesItsTemporaries() {
    Tensor outside = backend.allocate(IMAGES);
    Tensor inside;
    try (Scope _ = backend.scope()) {
      inside = backend.allocate(IMAGES);
    }
    assertThrows(IllegalStateException.class, inside::segment);
    backend.fill(outside, 1);
  }

  @Test
  final void whatIsKeptGoesToTheEnclosingScope() {
    Tensor kept;
    Tensor keptTwice;
    try (Scope outer = backend.scope()) {
      try (Scope inner = backend.scope()) {
        kept = inner.keep(backend.allocate(IMAGES));
        keptTwice = inner.keep(backend.allocate(IMAGES));
      }
      backend.fill(kept, 1);
      outer.keep(keptTwice);
    }
    assertThrows(IllegalStateException.class, kept::segment);
    backend.fill(keptTwice, 2);
    assertEquals(2, read(keptTwice)[0]);
  }

  @Test
  final void aViewIsKeptAndReleasedWithItsOwner() {
    try (Scope outer = backend.scope()) {
      Tensor kept;
      try (Scope inner = backend.scope()) {
        kept = inner.keep(backend.allocate(IMAGES).part(0, Shape.vector(3)));
      }
      backend.fill(kept, 1);
      try (Scope inner = backend.scope()) {
        inner.release(kept);
      }
      backend.fill(kept, 2);
      outer.release(kept);
      assertThrows(IllegalStateException.class, kept::segment);
    }
  }

  @Test
  final void scopesCloseInReverseOrderAndOnce() {
    Scope outer = backend.scope();
    Scope inner = backend.scope();
    assertThrows(IllegalStateException.class, outer::close);
    inner.close();
    assertThrows(IllegalStateException.class, inner::close);
    outer.close();
  }

  @Test
  final void closingTwiceGivesMemoryBackOnce() {
    Tensor tensor = backend.allocate(IMAGES);
    tensor.close();
    tensor.close();
    Tensor first = backend.allocate(IMAGES);
    Tensor second = backend.allocate(IMAGES);
    tensor.close();
    assertNotEquals(first.segment().address(), second.segment().address());
    assertNotEquals(first.segment().address(), backend.allocate(IMAGES).segment().address());
  }

  @Test
  final void useAfterCloseIsRefused() {
    Tensor open = backend.allocate(IMAGES);
    Tensor closed = backend.allocate(IMAGES);
    Tensor view = closed.part(3, Shape.vector(5));
    view.close();
    backend.fill(view, 0);
    closed.close();
    assertThrows(IllegalStateException.class, () -> backend.fill(view, 0));
    assertThrows(IllegalStateException.class, () -> read(closed));
    assertThrows(IllegalStateException.class, () -> backend.copy(open, closed));
    assertThrows(
        IllegalStateException.class, () -> backend.map(Unary.Elementary.EXP, closed, open));
  }

  @Test
  final void tensorsEndWithTheirBackend() {
    Tensor tensor = backend.allocate(IMAGES);
    backend.close();
    backend.close();
    assertThrows(IllegalStateException.class, () -> backend.fill(tensor, 0));
    assertThrows(IllegalStateException.class, () -> read(tensor));
  }

  @Test
  final void memoryIsAlignedToCacheLines() {
    for (int size : new int[] {1, 17, 1000}) {
      assertEquals(0, backend.allocate(Shape.vector(size)).segment().address() % 64);
    }
  }

  @Test
  final void stepsInTheSteadyStateTakeNoNewMemory() {
    try (PooledBackend pool = open()) {
      step(pool);
      long afterOne = pool.pooledBytes();
      assertTrue(afterOne > 0);
      for (int i = 1; i < 100; i++) {
        step(pool);
      }
      assertEquals(afterOne, pool.pooledBytes());
    }
  }

  @Test
  final void trimmingGivesBackWhatNoTensorUses() {
    float[] values = {1, 2, 3};
    try (PooledBackend pool = open()) {
      Tensor used = pool.allocate(Shape.vector(values.length));
      pool.upload(values, used);
      long before = pool.pooledBytes();
      pool.allocate(Shape.vector(1 << 20)).close();
      assertTrue(pool.pooledBytes() > before);
      pool.trim();
      assertEquals(before, pool.pooledBytes());
      float[] kept = new float[values.length];
      pool.read(used, kept);
      assertArrayEquals(values, kept);
      pool.allocate(Shape.vector(1 << 20)).close();
      assertTrue(pool.pooledBytes() > before);
    }
  }

  private PooledBackend open() {
    BackendProvider provider =
        Backends.providers().stream()
            .filter(p -> p.name().equals(name()))
            .findFirst()
            .orElseThrow();
    return assertInstanceOf(PooledBackend.class, provider.open(BackendOptions.ofThreads(2)));
  }

  private static void step(Backend engine) {
    ConvSpec spec = ConvSpec.of(2, 1);
    Shape image = Shape.of(2, 3, 8, 8);
    Shape filter = Shape.filter(8, 3, 4, 4);
    try (Scope _ = engine.scope()) {
      Tensor x = engine.allocate(image);
      Tensor w = engine.allocate(filter);
      Tensor y = engine.allocate(spec.outputShape(image, filter));
      engine.fill(x, 1);
      engine.fill(w, 1);
      engine.convForward(spec, x, w, y);
      try (Scope inner = engine.scope()) {
        Tensor sum = inner.keep(engine.allocate(Shape.scalar()));
        engine.sum(y, sum);
        engine.adam(
            new AdamSpec(0.9, 0.999, 1e-8),
            engine.allocate(AdamSpec.RATES),
            engine.allocate(filter),
            w,
            engine.allocate(filter),
            engine.allocate(filter));
      }
      engine.convBackwardData(spec, y, w, x);
      engine.convBackwardFilter(spec, x, y, engine.allocate(filter));
    }
  }

  // ---- refusals

  @Test
  final void tensorsOfAnotherBackendAreRefused() {
    try (Backend other = Backends.open("scalar")) {
      Tensor mine = backend.allocate(IMAGES);
      Tensor foreign = other.allocate(IMAGES);
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> backend.zip(Binary.Arithmetic.ADD, mine, foreign, mine));
      assertMentions(e, List.of("zip", IMAGES.toString(), "scalar"));
    }
  }

  @TestFactory
  final Stream<DynamicTest> shapesThatDoNotFitAreNamed() {
    ConvSpec spec = ConvSpec.of(1, 1);
    Shape filter = Shape.filter(4, 3, 3, 3);
    NormSpec batch = new NormSpec(NormScope.BATCH, 1e-5f, Activation.NONE);
    AxisMap doubling = Interpolation.NEAREST.map(4, 8);
    Map<String, Refusal> refusals =
        Map.ofEntries(
            refusal("upload", t -> backend.upload(new float[3], t[0]), IMAGES),
            refusal("read", t -> backend.read(t[0], new float[3]), IMAGES),
            refusal("copy", t -> backend.copy(t[0], t[1]), IMAGES, Shape.vector(3)),
            refusal(
                "map", t -> backend.map(Unary.Elementary.EXP, t[0], t[1]), IMAGES, Shape.vector(7)),
            refusal(
                "zip",
                t -> backend.zip(Binary.Arithmetic.ADD, t[0], t[0], t[1]),
                IMAGES,
                Shape.vector(3)),
            refusal("accumulate", t -> backend.accumulate(1, t[0], t[1]), IMAGES, Shape.vector(3)),
            refusal("sum", t -> backend.sum(t[0], t[1]), IMAGES, Shape.vector(2)),
            refusal(
                "gemm",
                t -> backend.gemm(false, false, 1, t[0], t[1], 0, t[0]),
                Shape.matrix(2, 3),
                Shape.matrix(2, 4)),
            refusal(
                "convForward", t -> backend.convForward(spec, t[0], t[1], t[0]), IMAGES, filter),
            refusal(
                "convBackwardData",
                t -> backend.convBackwardData(spec, t[0], t[1], t[0]),
                IMAGES,
                filter),
            refusal(
                "convBackwardFilter",
                t -> backend.convBackwardFilter(spec, t[0], t[0], t[1]),
                IMAGES,
                filter),
            refusal(
                "normForward",
                t -> {
                  Moments moments = new Moments(t[1], t[1], Source.INPUT);
                  backend.normForward(batch, t[0], Affine.NONE, moments, t[0]);
                },
                IMAGES,
                Shape.vector(2)),
            refusal(
                "normBackward",
                t -> {
                  Moments moments = new Moments(t[1], t[1], Source.INPUT);
                  Affine gradients = new Affine(t[1], null);
                  backend.normBackward(batch, t[0], t[0], Affine.NONE, moments, null, gradients);
                },
                IMAGES,
                Shape.vector(3)),
            refusal(
                "upsampleNearest",
                t -> backend.upsampleNearest(2, t[0], t[1]),
                IMAGES,
                Shape.of(2, 3, 8, 9)),
            refusal(
                "upsampleNearestAdjoint",
                t -> backend.upsampleNearestAdjoint(2, t[1], t[0]),
                IMAGES,
                Shape.of(2, 3, 8, 9)),
            refusal(
                "reflectPad",
                t -> backend.reflectPad(Padding.all(4), t[0], t[1]),
                IMAGES,
                Shape.of(2, 3, 12, 13)),
            refusal(
                "reflectPadAdjoint",
                t -> backend.reflectPadAdjoint(Padding.all(1), t[1], t[0]),
                IMAGES,
                Shape.of(2, 3, 6, 6)),
            refusal(
                "copyChannels: these do not fit",
                t -> backend.copyChannels(t[0], 0, t[1], 0, 1),
                IMAGES,
                Shape.of(2, 3, 4, 4)),
            refusal(
                "copyChannels: 2 channels from 2 on are not within the channels 0 to 2",
                t -> backend.copyChannels(t[0], 2, t[1], 0, 2),
                IMAGES,
                IMAGES),
            refusal(
                "copyChannels: 3 channels from -1 on are not within the channels 0 to 2",
                t -> backend.copyChannels(t[0], 0, t[1], -1, 3),
                IMAGES,
                IMAGES),
            refusal(
                "copyChannels: these do not fit: ChannelCopy[from=0, to=0, count=0]",
                t -> backend.copyChannels(t[0], 0, t[1], 0, 0),
                IMAGES,
                IMAGES),
            refusal(
                "resample: these do not fit: rows 4 to 8, columns 4 to 8, 2x3x4x5, 2x3x8x8",
                t -> backend.resample(doubling, doubling, t[0], t[1]),
                IMAGES,
                Shape.of(2, 3, 8, 8)),
            refusal(
                "permute",
                t -> backend.permute(AxisOrder.of(new int[] {8, 15}, 1, 0), t[0], t[1]),
                IMAGES,
                Shape.of(2, 3, 4, 4)),
            refusal(
                "maxPool",
                t -> backend.maxPool(PoolSpec.of(2, 2, 0), t[0], t[0], t[1]),
                IMAGES,
                Shape.of(2, 3, 2, 3)),
            refusal(
                "maxPoolAdjoint",
                t -> backend.maxPoolAdjoint(PoolSpec.of(2, 2, 0), t[0], t[1], t[1]),
                IMAGES,
                Shape.of(2, 3, 2, 2)),
            refusal(
                "pooling: the window of 7x7 pixels is larger than the padded input 2x3x4x5",
                t -> backend.maxPool(PoolSpec.of(7, 1, 1), t[0], t[0], t[0]),
                IMAGES),
            refusal(
                "dropout: these do not fit: key",
                t -> backend.dropout(new DropoutSpec(0.5f, 0), t[0], t[0]),
                IMAGES),
            refusal(
                "biasActivation",
                t -> backend.biasActivation(t[0], t[1], Activation.RELU, t[0]),
                IMAGES,
                Shape.vector(2)),
            refusal(
                "adam",
                t -> {
                  Tensor rates = backend.allocate(AdamSpec.RATES);
                  backend.adam(new AdamSpec(0, 0, 1), rates, t[0], t[0], t[0], t[1]);
                },
                IMAGES,
                Shape.vector(120)),
            refusal(
                "adam: these do not fit: rates",
                t -> backend.adam(new AdamSpec(0, 0, 1), t[0], t[0], t[0], t[0], t[0]),
                Shape.vector(3)));
    return refusals.entrySet().stream()
        .map(entry -> dynamicTest(entry.getKey(), () -> check(entry.getKey(), entry.getValue())));
  }

  /** A call with tensors of these shapes that do not fit. */
  private record Refusal(Call call, List<Shape> shapes) {
    @FunctionalInterface
    interface Call {
      void with(Tensor[] tensors);
    }
  }

  private static Map.Entry<String, Refusal> refusal(
      String operation, Refusal.Call call, Shape... shapes) {
    return Map.entry(operation, new Refusal(call, List.of(shapes)));
  }

  private void check(String operation, Refusal refusal) {
    Tensor[] tensors = refusal.shapes().stream().map(backend::allocate).toArray(Tensor[]::new);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> refusal.call().with(tensors));
    List<String> mentioned = new ArrayList<>(List.of(operation));
    refusal.shapes().forEach(shape -> mentioned.add(shape.toString()));
    assertMentions(e, mentioned);
  }

  private static void assertMentions(Exception e, List<String> words) {
    for (String word : words) {
      assertTrue(e.getMessage().contains(word), () -> word + " is not in: " + e.getMessage());
    }
  }

  private float[] read(Tensor tensor) {
    float[] values = new float[tensor.shape().size()];
    backend.read(tensor, values);
    return values;
  }

  private static float[] counting(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = i;
    }
    return values;
  }
}
