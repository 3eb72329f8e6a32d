package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import lanewise.io.Npy;
import lanewise.picture.Picture;
import lanewise.picture.Pictures;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
  @TempDir private Path dir;
  private Path model;

  @BeforeEach
  void write() {
    model = model("neg.onnx", List.of(in("x", 1, 3, -1, -1)), node("Neg", "x", "y"));
  }

  // ---- small models

  private static NodeProto.Builder node(String operation, String input, String output) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(operation).addOutput(output);
    return node.addAllInput(List.of(input.split(" ")));
  }

  /** An input; -1 is any size. */
  private static ValueInfoProto in(String name, int... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int size : sizes) {
      Dimension.Builder dim = Dimension.newBuilder();
      shape.addDim(size < 0 ? dim.setDimParam("any") : dim.setDimValue(size));
    }
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT.getNumber()).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private Path model(String name, List<ValueInfoProto> inputs, NodeProto.Builder... nodes) {
    TypeProto.Tensor.Builder type =
        TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT.getNumber());
    GraphProto.Builder graph = GraphProto.newBuilder().addAllInput(inputs);
    for (NodeProto.Builder node : nodes) {
      graph.addNode(node);
    }
    graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName("y")
            .setType(TypeProto.newBuilder().setTensorType(type)));
    ModelProto proto =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(graph)
            .build();
    try {
      return Files.write(dir.resolve(name), proto.toByteArray());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Path array(String name, float[] data, long... shape) {
    Path file = dir.resolve(name);
    Npy.write(file, shape, data);
    return file;
  }

  private Cli.Result run(Object... args) {
    return Cli.run("run", "--backend", "scalar", List.of(args));
  }

  // ---- arrays

  @Test
  void outputsAreWrittenByTheirNames() {
    Path x = array("x.npy", new float[] {1, 2, 3, 4, 5, 6}, 1, 3, 1, 2);
    Path out = dir.resolve("new/out");
    String text = run(model, "--input", x, "--output", out).succeeded().out();
    Npy.Array y = Npy.read(out.resolve("y.npy"));
    assertArrayEquals(new long[] {1, 3, 1, 2}, y.shape());
    assertArrayEquals(new float[] {-1, -2, -3, -4, -5, -6}, y.data());
    assertTrue(text.contains("opset 13, 1 nodes"), text);
    assertTrue(text.contains("output   y: float 1x3x1x2 -> "), text);
    assertTrue(text.contains("run "), text);
    assertFalse(Files.exists(out.resolve("y.png")), "one row is no picture");
  }

  @Test
  void inputsAreGivenByNameWhereThereAreSeveral() {
    Path sum = model("sub.onnx", List.of(in("a", 2), in("b", 2)), node("Sub", "a b", "y"));
    Path a = array("a.npy", new float[] {5, 7}, 2);
    Path b = array("b.npy", new float[] {1, 2}, 2);
    run(sum, "--input", "b=" + b, "--input", "a=" + a, "--out", dir).succeeded();
    assertArrayEquals(new float[] {4, 5}, Npy.read(dir.resolve("y.npy")).data());

    run(sum, "--input", a, "--input", b).failed(1, "does not say which input", "a, b");
    run(sum, "--input", "c=" + a).failed(1, "Unknown input 'c'");
    run(sum, "--input", "a=" + a).failed(1, "its input 'b': float, 2 is not given");
    run(sum, "--input", "a=" + a, "--input", "a=" + a).failed(1, "a is given twice");
  }

  @Test
  void withoutInputsTheModelIsDescribed() {
    String text = run(model).succeeded().out();
    assertTrue(text.contains("input    'x': float, 1 x 3 x any x any"), text);
    assertTrue(text.contains("output   'y': float"), text);
  }

  @Test
  void theOperationsAreListed() {
    String text = run("--operations").succeeded().out();
    assertTrue(text.contains("InstanceNormalization\n"), text);
    assertTrue(text.contains("Conv (two dimensions)\n"), text);
  }

  @Test
  void mistakesAreNamedInOneLine() throws IOException {
    Path x = array("x.npy", new float[4], 1, 1, 2, 2);
    run(model, "--input", x).failed(1, "'x' is 1 x 3 x any x any", "1x1x2x2");
    run(dir.resolve("nothing.onnx"), "--input", x).failed(1, "no such file");
    run(x, "--input", x).failed(1, "not an ONNX model");
    byte[] whole = Files.readAllBytes(model);
    Path cut = Files.write(dir.resolve("cut.onnx"), Arrays.copyOf(whole, whole.length - 3));
    run(cut, "--input", x).failed(1, "cut.onnx", "truncated one; fetch or export it again");
    run(model, "--input", Files.write(dir.resolve("x.txt"), new byte[4])).failed(1, ".npy, .png");
    run(model, "--input", dir.resolve("missing.npy")).failed(1, "missing.npy");
    run().failed(2, "which model?");
    run(model, "--range", "1..0").failed(2, "--range is BLACK..WHITE");
    run(model, "--range", "dark").failed(2, "--range is BLACK..WHITE");
    run(model, "--mean", "1,2").failed(2, "--mean is one number or three");
    run(model, "--std", "0").failed(2, "--std must be positive");
    Path wrong = model("w.onnx", List.of(in("x", 1)), node("Hardmax", "x", "y"));
    run(wrong, "--input", x).failed(1, "node 0 (Hardmax)", "not supported");
  }

  // ---- pictures

  private Path picture(String name, int width, int height) {
    float[][] planes = new float[3][width * height];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < planes[c].length; i++) {
        planes[c][i] = (c * 80 + i * 5) % 256;
      }
    }
    Path file = dir.resolve(name);
    Pictures.write(file, new Picture(width, height, planes));
    return file;
  }

  @Test
  void picturesGoInAndOutInTheRangeThatIsNamed() {
    Path in = picture("in.png", 5, 4);
    Path same = model("same.onnx", List.of(in("x", 1, 3, -1, -1)), node("Identity", "x", "y"));
    run(same, "--input", in, "--range", "0..255", "--output", dir).succeeded();
    Picture expected = Pictures.read(in, 100);
    Npy.Array y = Npy.read(dir.resolve("y.npy"));
    assertArrayEquals(new long[] {1, 3, 4, 5}, y.shape());
    assertEquals(expected.planes()[1][3], y.data()[20 + 3]);
    assertArrayEquals(expected.planes()[2], Pictures.read(dir.resolve("y.png"), 100).planes()[2]);

    // A negative has white for black.
    run(model, "--input", in, "--range=-1..1", "--output", dir).succeeded();
    Picture negative = Pictures.read(dir.resolve("y.png"), 100);
    assertEquals(255 - expected.planes()[0][7], negative.planes()[0][7]);
  }

  @Test
  void meanAndDivisorAreThoseOfEachChannel() {
    Path in = picture("in.png", 2, 2);
    run(model, "--input", in, "--mean", "0.5,0.25,0", "--std", "2", "--output", dir).succeeded();
    float[] y = Npy.read(dir.resolve("y.npy")).data();
    assertEquals(-(0 / 255f - 0.5f) / 2, y[0], 1e-6);
    assertEquals(-(80 / 255f - 0.25f) / 2, y[4], 1e-6);
    assertEquals(-(165 / 255f) / 2, y[9], 1e-6);
  }

  @Test
  void aPictureTakesTheSizeAndTheOrderThatTheModelNames() {
    Path in = picture("in.png", 9, 6);
    Path last = model("last.onnx", List.of(in("x", 1, 4, 5, 3)), node("Identity", "x", "y"));
    run(last, "--input", in).failed(1, "1 x 4 x 5 x 3", "1x6x9x3");
    run(last, "--input", in, "--resize", "--output", dir).succeeded();
    assertArrayEquals(new long[] {1, 4, 5, 3}, Npy.read(dir.resolve("y.npy")).shape());
    Picture shown = Pictures.read(dir.resolve("y.png"), 100);
    assertEquals(5, shown.width());
    assertEquals(4, shown.height());

    Path grey = model("grey.onnx", List.of(in("x", 1, 1, -1, -1)), node("Identity", "x", "y"));
    run(grey, "--input", in, "--range", "0..255", "--output", dir).succeeded();
    float[] y = Npy.read(dir.resolve("y.npy")).data();
    assertEquals(0.587f * 80 + 0.114f * 160, y[0], 1e-4);
    assertEquals(1, Pictures.read(dir.resolve("y.png"), 100).channels());
    run(grey, "--input", in, "--max-pixels", 53).failed(1, "--max-pixels");
  }

  @Test
  void eachSampleOfABatchIsAPicture() {
    Path twice =
        model(
            "twice.onnx",
            List.of(in("x", 1, 3, -1, -1)),
            node("Concat", "x x", "y")
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("axis")
                        .setType(AttributeType.INT)
                        .setI(0)));
    run(twice, "--input", picture("in.png", 3, 3), "--output", dir).succeeded();
    assertTrue(Files.exists(dir.resolve("y-0.png")));
    assertTrue(Files.exists(dir.resolve("y-1.png")));
  }
}
