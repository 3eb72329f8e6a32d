package lanewise.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lanewise.UserException;
import lanewise.autograd.Gradients;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.BackendOptions;
import lanewise.backend.Backends;
import lanewise.backend.PooledBackend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.scalar.ScalarProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models as they run: sizes, memory, intermediate values, gradients, and inputs that are wrong. */
class OnnxSessionTest {
  @TempDir private Path folder;
  private Backend backend;

  @BeforeEach
  void open() {
    backend = Backends.open("simd");
  }

  @AfterEach
  void close() {
    backend.close();
  }

  /** A style network in small: every kind of layer that such networks have. */
  private static ModelBuilder styleNetwork(int height, int width) {
    ModelBuilder model = new ModelBuilder(13).input("x", 1, 3, height, width);
    model.ints("four", 0, 0, 4, 4, 0, 0, 4, 4).node("Pad", "x four", "p0", "mode", "reflect");
    conv(model, "p0", "c0", 3, 8, 9, 1);
    norm(model, "c0", "n0", 8);
    model.node("Relu", "n0", "r0");
    conv(model.ints("one", 0, 0, 1, 1, 0, 0, 1, 1), "r0", "c1", 8, 16, 3, 2);
    norm(model, "c1", "n1", 16);
    model.node("Relu", "n1", "r1").node("Pad", "r1 one", "p2", "mode", "reflect");
    conv(model, "p2", "c2", 16, 16, 3, 1);
    norm(model, "c2", "n2", 16);
    model
        .node("Add", "n2 r1", "sum")
        .floats("roi")
        .floats("scales", 1, 1, 2, 2)
        .node("Resize", "sum roi scales", "up", "mode", "nearest")
        .weight("t", 16, 3, 4, 4)
        .node(
            "ConvTranspose",
            "up t",
            "out",
            "strides",
            ModelBuilder.list(2, 2),
            "pads",
            ModelBuilder.list(1, 1, 1, 1))
        .node("Tanh", "out", "tanh")
        .floats("scale", 127.5f)
        .node("Mul", "tanh scale", "m")
        .node("Add", "m scale", "y")
        .output("y");
    return model;
  }

  private static void conv(
      ModelBuilder model, String x, String y, int in, int out, int kernel, int stride) {
    model
        .weight("w" + y, out, in, kernel, kernel)
        .weight("b" + y, out)
        .node("Conv", x + " w" + y + " b" + y, y, "strides", ModelBuilder.list(stride, stride));
  }

  private static void norm(ModelBuilder model, String x, String y, int channels) {
    model
        .weight("s" + y, channels)
        .weight("h" + y, channels)
        .node("InstanceNormalization", x + " s" + y + " h" + y, y);
  }

  @Test
  void aWholeNetworkComputesWhatOnnxRuntimeDoes() {
    OnnxRuntime.assertSame(styleNetwork(40, 56), folder, List.of("scalar", "simd"), 1e-4);
  }

  @Test
  void oneSessionTakesImagesOfAnySize() {
    OnnxModel model = read(styleNetwork(32, 32));
    try (OnnxSession session = model.open(backend)) {
      for (int[] size : new int[][] {{32, 32}, {17, 40}, {64, 23}}) {
        ModelBuilder same = styleNetwork(size[0], size[1]);
        HostTensor expected = OnnxRuntime.run(same.build(), same.inputs()).get("y");
        // The same seed gives the builder the same weights only where the input has one size.
        try (OnnxSession other = read(same).open(backend)) {
          OnnxRuntime.assertClose(expected, other.run(same.inputs()).get("y"), 1e-4, "own weights");
        }
        int[] dims = session.run(same.inputs()).get("y").dims();
        assertArrayEquals(expected.dims(), dims);
      }
    }
  }

  private OnnxModel read(ModelBuilder builder) {
    return OnnxModel.read(OnnxRuntime.write(builder.build(), folder));
  }

  // ---- intermediate values and gradients

  @Test
  void intermediateValuesCanBeAskedForByName() {
    ModelBuilder builder = styleNetwork(24, 24);
    try (OnnxSession session = read(builder).open(backend);
        Scope _ = backend.scope()) {
      Variable x = variable(builder.inputs().get("x"), false);
      Map<String, Variable> values = session.evaluate(Map.of("x", x), List.of("r1", "n0"));
      assertEquals(List.of("r1", "n0"), List.copyOf(values.keySet()));
      assertEquals(Shape.of(1, 8, 24, 24), values.get("n0").shape());
      assertEquals(Shape.of(1, 16, 11, 11), values.get("r1").shape());
      assertTrue(Arrays.stream(toDoubles(values.get("r1"))).allMatch(value -> value >= 0));
    }
  }

  @Test
  void gradientsFlowFromIntermediateValuesToTheInput() {
    ModelBuilder builder = styleNetwork(12, 12);
    try (Backend scalar = Backends.open("scalar");
        OnnxSession session = read(builder).open(scalar);
        Scope _ = scalar.scope()) {
      float[] at = builder.inputs().get("x").floats();
      Variable x = leaf(scalar, at);
      Variable loss = loss(session, x);
      Variable gradient = Gradients.of(loss, List.of(x), false).getFirst();
      float[] slope = new float[at.length];
      scalar.read(gradient.tensor(), slope);

      Random random = new Random(11);
      float[] direction = new float[at.length];
      double along = 0;
      for (int i = 0; i < direction.length; i++) {
        direction[i] = (float) random.nextGaussian();
        along += direction[i] * slope[i];
      }
      float step = 1e-3f;
      double rise =
          loss(session, leaf(scalar, moved(at, direction, step))).item()
              - loss(session, leaf(scalar, moved(at, direction, -step))).item();
      assertEquals(along, rise / (2 * step), 0.02 * Math.abs(along));
    }
  }

  private static Variable loss(OnnxSession session, Variable x) {
    Map<String, Variable> values = session.evaluate(Map.of("x", x), List.of("n1", "up"));
    return Ops.add(
        Ops.mean(Ops.square(Ops.affine(values.get("n1"), 1, 0.5f))),
        Ops.mean(Ops.square(values.get("up"))));
  }

  private static Variable leaf(Backend backend, float[] values) {
    Tensor tensor = backend.allocate(Shape.of(1, 3, 12, 12));
    backend.upload(values, tensor);
    return Variable.leaf(backend, tensor);
  }

  private static float[] moved(float[] from, float[] direction, float step) {
    float[] moved = from.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += step * direction[i];
    }
    return moved;
  }

  private Variable variable(HostTensor host, boolean isLeaf) {
    Tensor tensor = backend.allocate(DeviceTensor.shape(host.dims()));
    backend.upload(host.floats(), tensor);
    return isLeaf ? Variable.leaf(backend, tensor) : Variable.constant(backend, tensor);
  }

  private double[] toDoubles(Variable x) {
    float[] values = new float[x.shape().size()];
    backend.read(x.tensor(), values);
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  // ---- memory

  @Test
  void theMemoryOfDeadValuesIsUsedAgain() {
    int layers = 60;
    ModelBuilder builder = new ModelBuilder(13).input("x0", 1, 16, 64, 64);
    for (int i = 0; i < layers; i++) {
      builder.node("Relu", "x" + i, "x" + (i + 1));
    }
    builder.output("x" + layers);
    try (PooledBackend counted =
            (PooledBackend) new ScalarProvider().open(BackendOptions.ofThreads(1));
        OnnxSession session = read(builder).open(counted)) {
      session.run(builder.inputs());
      long image = 16L * 64 * 64 * Float.BYTES;
      assertTrue(counted.pooledBytes() <= 4 * image, counted.pooledBytes() + " bytes");
    }
  }

  @Test
  void knowsBeforeItRunsWhatItWillTake() {
    ModelBuilder builder =
        new ModelBuilder(13)
            .input("x", 1, 3, 40, 56)
            .weight("w", 16, 3, 3, 3)
            .node("Conv", "x w", "a")
            .node("Relu", "a", "b")
            .node("Exp", "b", "c")
            .node("Add", "b c", "y")
            .output("y");
    try (PooledBackend counted =
            (PooledBackend) new ScalarProvider().open(BackendOptions.ofThreads(1));
        OnnxSession session = read(builder).open(counted);
        Scope _ = counted.scope()) {
      Shape shape = Shape.of(1, 3, 40, 56);
      long foreseen = session.bytes(Map.of("x", shape), List.of("y"));
      Tensor x = counted.allocate(shape);
      counted.fill(x, 1);
      session.evaluate(Map.of("x", Variable.constant(counted, x)), List.of("y"));
      assertEquals(counted.pooledBytes(), foreseen);
    }
  }

  @Test
  void namesTheNodeThatCannotBeComputedBeforeItRuns() {
    ModelBuilder builder =
        new ModelBuilder(13)
            .input("x", 1, 3, 8, 8)
            .weight("w", 4, 3, 9, 9)
            .node("Conv", "x w", "y")
            .output("y");
    try (OnnxSession session = read(builder).open(backend)) {
      Map<String, Shape> small = Map.of("x", Shape.of(1, 3, 8, 8));
      String message =
          assertThrows(UserException.class, () -> session.bytes(small, List.of("y"))).getMessage();
      assertTrue(message.contains("(Conv)"), message);
    }
  }

  // ---- wrong inputs

  private static String refusal(OnnxSession session, Map<String, HostTensor> inputs) {
    return assertThrows(UserException.class, () -> session.run(inputs)).getMessage();
  }

  @Test
  void wrongInputsAreNamedWithWhatIsExpected() {
    ModelBuilder builder =
        new ModelBuilder(13)
            .input("image", 1, 3, 8, 8)
            .weight("w", 4, 3, 3, 3)
            .node("Conv", "image w", "y")
            .output("y");
    HostTensor image = builder.inputs().get("image");
    try (OnnxSession session = read(builder).open(backend)) {
      String missing = refusal(session, Map.of());
      assertTrue(missing.contains("'image': float, image_0 x image_1"), missing);
      String unknown = refusal(session, Map.of("image", image, "imago", image));
      assertTrue(unknown.contains("Unknown input 'imago'; did you mean image?"), unknown);
      String rank = refusal(session, Map.of("image", HostTensor.of(new float[6], 2, 3)));
      assertTrue(rank.contains("what is given is 2x3"), rank);
      String channels = refusal(session, Map.of("image", HostTensor.of(new float[64], 1, 1, 8, 8)));
      assertTrue(channels.contains("node 0 'conv0' (Conv)"), channels);
      String small = refusal(session, Map.of("image", HostTensor.of(new float[12], 1, 3, 2, 2)));
      assertTrue(small.contains("'conv0'") && small.contains("larger than"), small);
      String wanted =
          assertThrows(
                  UserException.class,
                  () ->
                      session.evaluate(Map.of("image", variable(image, false)), List.of("nothing")))
              .getMessage();
      assertTrue(wanted.contains("no value 'nothing'"), wanted);
    }
  }

  @Test
  void shapesThatDependOnValuesAreRefused() {
    ModelBuilder builder =
        new ModelBuilder(13)
            .input("x", 2, 3)
            .node("ReduceSum", "x", "s", "keepdims", 0)
            .node("Cast", "s", "n", "to", 7)
            .node("Reshape", "x n", "y")
            .output("y");
    try (OnnxSession session = read(builder).open(backend)) {
      String message = refusal(session, builder.inputs());
      assertTrue(message.contains("node 1 'cast1' (Cast)"), message);
    }
  }

  @Test
  void constantsBeyondAllMeasureAreRefused() {
    for (long[] shape : new long[][] {{1 << 30}, {1 << 20, 1 << 20}, {-1}}) {
      ModelBuilder builder =
          new ModelBuilder(13)
              .input("x", 1)
              .ints("shape", shape)
              .node("ConstantOfShape", "shape", "c")
              .node("Add", "x c", "y")
              .output("y");
      OnnxModel model = read(builder);
      String message = assertThrows(UserException.class, () -> model.open(backend)).getMessage();
      assertTrue(message.contains("node 0 'constantofshape0'"), message);
    }
  }

  @Test
  void resultsBeyondAllMeasureAreRefused() {
    long much = Integer.MAX_VALUE - 8;
    List<ModelBuilder> models =
        List.of(
            new ModelBuilder(13).ints("n", 0, 0, much, 0, 0, 0, 0, 0).node("Pad", "x n", "y"),
            new ModelBuilder(13).ints("n", 1, 3, much, 4).node("Resize", "x - - n", "y"),
            new ModelBuilder(13).ints("n", 2, 3, much, 4).node("Expand", "x n", "y"));
    for (ModelBuilder model : models) {
      model.input("x", 1, 3, 1, 4).output("y");
      try (OnnxSession session = read(model).open(backend)) {
        String message = refusal(session, model.inputs());
        assertTrue(message.contains("node 0") && message.contains("2^31-1"), message);
      }
    }
  }
}
