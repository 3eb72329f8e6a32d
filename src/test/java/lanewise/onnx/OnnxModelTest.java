package lanewise.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading models: what is accepted, and how what is not is refused. */
class OnnxModelTest {
  @TempDir private Path folder;

  private String refusal(ModelProto model) {
    return refusal(OnnxRuntime.write(model, folder));
  }

  private static String refusal(Path file) {
    String message = assertThrows(UserException.class, () -> OnnxModel.read(file)).getMessage();
    assertFalse(message.contains("\n"), message);
    return message;
  }

  private void assertRefused(ModelBuilder model, String... words) {
    String message = refusal(model.build());
    for (String word : words) {
      assertTrue(message.contains(word), message);
    }
  }

  private static ModelBuilder relu() {
    return new ModelBuilder(13).input("x", 1, 3, 4, 4).node("Relu", "x", "y").output("y");
  }

  @Test
  void itsInputsAndOutputsAreKnown() {
    OnnxModel model = OnnxModel.read(OnnxRuntime.write(relu().build(), folder));
    assertEquals(13, model.opset());
    assertEquals("'x': float, x_0 x x_1 x x_2 x x_3", model.inputs().getFirst().toString());
    assertEquals(List.of("y"), model.outputs().stream().map(Port::name).toList());
    assertEquals("node 0 'relu0' (Relu)", model.nodes().getFirst().toString());
  }

  // ---- what is not supported

  @Test
  void anUnknownOperationIsNamedWithItsNodeAndTheNearestKnownOne() {
    assertRefused(
        relu().node("InstanceNormalisation", "y", "z"),
        "node 1 'instancenormalisation1' (InstanceNormalisation)",
        "not supported",
        "InstanceNormalization");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6, 23, 99})
  void opsetsBeyondTheRangeAreRefused(int opset) {
    assertRefused(
        new ModelBuilder(opset).input("x", 1).node("Relu", "x", "y").output("y"),
        "opset " + opset,
        "7 to 22");
  }

  @Test
  void otherDomainsAreRefused() {
    NodeProto node =
        NodeProto.newBuilder()
            .setOpType("FusedConv")
            .setDomain("com.microsoft")
            .addInput("x")
            .addOutput("z")
            .build();
    assertRefused(relu().node(node), "node 1 (FusedConv)", "'com.microsoft'");
  }

  @Test
  void unknownAttributesAndWordsAreRefused() {
    assertRefused(relu().node("Relu", "y", "z", "speed", 3), "attribute 'speed'");
    assertRefused(
        relu().node("Pad", "y", "z", "mode", "wrap"), "attribute mode is 'wrap'", "reflect");
    assertRefused(relu().node("LeakyRelu", "y", "z", "alpha", 1), "attribute alpha is INT");
    assertRefused(
        relu().node("MaxPool", "y", "z", "kernel_shape", ModelBuilder.list(3)), "kernel_shape");
    assertRefused(
        relu()
            .node(
                "MaxPool",
                "y",
                "z",
                "kernel_shape",
                ModelBuilder.list(3, 3),
                "dilations",
                ModelBuilder.list(2, 2)),
        "dilations");
    assertRefused(relu().node("Dropout", "y", "z mask"), "node 1 'dropout1' (Dropout)", "mask");
    assertRefused(relu().node("Upsample", "y y", "z"), "Upsample", "opset 9");
    assertRefused(
        new ModelBuilder(13)
            .input("x", 1, 3, 8)
            .weight("w", 4, 3, 3)
            .node("Conv", "x w", "y")
            .output("y"),
        "node 0 'conv0' (Conv)",
        "4x3x3",
        "two dimensions");
    assertRefused(
        relu().node("InstanceNormalization", "y y y", "z", "epsilon", 0f), "epsilon is 0.0");
    assertRefused(relu().node("Conv", "y", "z"), "it has 1 inputs");
    assertRefused(relu().node("GroupNormalization", "y y y", "z", "num_groups", 3), "opset 18");
  }

  // ---- graphs that are wrong

  @Test
  void graphsThatCannotBeComputedAreRefused() {
    assertRefused(relu().node("Relu", "nowhere", "z"), "'relu1'", "nothing computes", "'nowhere'");
    assertRefused(relu().node("Relu", "x", "y"), "'relu1'", "'y' has a value already");
    assertRefused(relu().node("Relu", "x", "x"), "'x' has a value already");
    assertRefused(relu().output("z"), "nothing computes its output 'z'");
    assertRefused(relu().node("Add", "x b", "a").node("Relu", "a", "b"), "node 1 'add1'", "cycle");
    assertRefused(relu().node("Add", "x self", "self"), "cycle");
  }

  @Test
  void aSmallFileTakesNoLargeMemory() {
    ModelBuilder builder = relu().ints("size", 1 << 23);
    for (String name : List.of("a", "b", "c")) {
      builder.node("ConstantOfShape", "size", name);
    }
    assertNotOpened(builder, "constants that are computed");
  }

  @Test
  void aFaultOfAComputedWeightIsTheModels() {
    assertNotOpened(
        relu()
            .constant("w", HostTensor.of(new float[12], 4, 3, 1))
            .node("Identity", "w", "v")
            .node("Conv", "x v", "z"),
        "4x3x1");
  }

  private void assertNotOpened(ModelBuilder builder, String words) {
    OnnxModel model = OnnxModel.read(OnnxRuntime.write(builder.build(), folder));
    try (Backend backend = Backends.open("scalar")) {
      String message = assertThrows(UserException.class, () -> model.open(backend)).getMessage();
      assertTrue(message.contains(words), message);
    }
  }

  @Test
  void nodesMayComeInAnyOrder() {
    ModelBuilder builder =
        new ModelBuilder(13)
            .input("x", 2, 3)
            .node("Neg", "a", "y")
            .node("Relu", "x", "a")
            .output("y");
    OnnxModel model = OnnxModel.read(OnnxRuntime.write(builder.build(), folder));
    assertEquals(List.of("Relu", "Neg"), model.nodes().stream().map(OnnxNode::operation).toList());
  }

  // ---- files that are no models

  @Test
  void damagedFilesAreRefused() throws IOException {
    byte[] whole = relu().weight("w", 64, 64, 3, 3).build().toByteArray();
    for (int length = 0; length < whole.length; length += 1 + whole.length / 100) {
      Path file = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, length));
      assertTrue(refusal(file).startsWith(file + ": "));
    }
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      byte[] rubbish = new byte[random.nextInt(300)];
      random.nextBytes(rubbish);
      assertFalse(refusal(Files.write(folder.resolve("rubbish.onnx"), rubbish)).isEmpty());
    }
    assertTrue(refusal(folder.resolve("missing.onnx")).contains("no such file"));
    assertTrue(refusal(folder).contains("no such file"));
    assertTrue(refusal(ModelProto.getDefaultInstance()).contains("not an ONNX model"));
  }

  @Test
  void oneFlippedBitIsAnsweredInOneLineOrTheModelIsRead() throws IOException {
    byte[] whole =
        new ModelBuilder(13)
            .input("x", 1, 3, 4, 4)
            .weight("w", 2, 3, 1, 1)
            .node("Conv", "x w", "y", "pads", ModelBuilder.list(1, 1, 1, 1))
            .output("y")
            .build()
            .toByteArray();
    Random random = new Random(5);
    for (int i = 0; i < 500; i++) {
      byte[] changed = whole.clone();
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      Path file = Files.write(folder.resolve("changed.onnx"), changed);
      try {
        assertFalse(OnnxModel.read(file).nodes().isEmpty());
      } catch (UserException e) {
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      }
    }
  }

  @Test
  void deeplyNestedMessagesAreRefused() throws IOException {
    // A type of a sequence of a sequence ...: each level is fields 1 and 4, in a length of its own.
    byte[] type = new byte[0];
    for (int i = 0; i < 2000; i++) {
      type = field(4, field(1, type));
    }
    byte[] model = field(7, field(11, field(2, type)));
    Path file = Files.write(folder.resolve("deep.onnx"), model);
    assertTrue(refusal(file).contains("damaged"));
  }

  private static byte[] field(int number, byte[] content) {
    ByteString.Output out = ByteString.newOutput();
    out.write(number << 3 | 2);
    int length = content.length;
    for (; length > 127; length >>>= 7) {
      out.write(length & 127 | 128);
    }
    out.write(length);
    out.write(content, 0, content.length);
    return out.toByteString().toByteArray();
  }

  // ---- weights

  private static TensorProto.Builder weight(DataType type, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName("w").setDataType(type.getNumber());
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return tensor;
  }

  private static ModelBuilder with(TensorProto.Builder weight) {
    return new ModelBuilder(13)
        .input("x", 2, 3)
        .initializer(weight.build())
        .node("Add", "x w", "y")
        .output("y");
  }

  private static ByteString zeros(int bytes) {
    return ByteString.copyFrom(new byte[bytes]);
  }

  @Test
  void weightsThatDoNotFitTheirShapeAreRefused() {
    assertRefused(
        with(weight(DataType.FLOAT, 2, 3).setRawData(zeros(20))),
        "tensor 'w'",
        "float 2x3 needs 24 bytes",
        "20");
    assertRefused(with(weight(DataType.FLOAT, 2, 3).addFloatData(1)), "needs 6 elements", "1");
    assertRefused(
        with(weight(DataType.FLOAT, 1L << 31, 1L << 31, 1L << 31)), "tensor 'w'", "no size");
    assertRefused(with(weight(DataType.FLOAT, 1 << 20, 1 << 20)), "2^31-1");
    assertRefused(with(weight(DataType.FLOAT, -1, 3)), "-1 is no size");
    assertRefused(with(weight(DataType.FLOAT, 30_000, 30_000)), "needs 900000000 elements");
    assertRefused(with(weight(DataType.STRING, 1)), "STRING is not supported", "float16");
    assertRefused(with(weight(DataType.COMPLEX64, 1)), "COMPLEX64");
  }

  @Test
  void allTypesOfNumbersAreRead() {
    float[] expected = {1, -2, 0.5f};
    ByteBuffer halves = ByteBuffer.allocate(6).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer brains = ByteBuffer.allocate(6).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer doubles = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    TensorProto.Builder typed = weight(DataType.FLOAT16, 3);
    for (float value : expected) {
      halves.putShort(Float.floatToFloat16(value));
      brains.putShort((short) (Float.floatToIntBits(value) >>> 16));
      doubles.putDouble(value);
      typed.addInt32Data(Short.toUnsignedInt(Float.floatToFloat16(value)));
    }
    List<TensorProto.Builder> weights =
        List.of(
            weight(DataType.FLOAT16, 3).setRawData(ByteString.copyFrom(halves.flip())),
            weight(DataType.BFLOAT16, 3).setRawData(ByteString.copyFrom(brains.flip())),
            weight(DataType.DOUBLE, 3).setRawData(ByteString.copyFrom(doubles.flip())),
            weight(DataType.DOUBLE, 3).addDoubleData(1).addDoubleData(-2).addDoubleData(0.5),
            typed);
    for (TensorProto.Builder weight : weights) {
      assertArrayEquals(expected, ran(with(weight)), weight.toString());
    }
    assertArrayEquals(
        new float[] {200, -3, 255},
        new float[] {
          integers(weight(DataType.UINT8, 1).setRawData(ByteString.copyFrom(new byte[] {-56}))),
          integers(weight(DataType.INT8, 1).setRawData(ByteString.copyFrom(new byte[] {-3}))),
          integers(weight(DataType.UINT8, 1).addInt32Data(255))
        });
  }

  private float integers(TensorProto.Builder weight) {
    return ran(
        new ModelBuilder(13)
            .input("x", 1, 3)
            .initializer(weight.build())
            .node("Cast", "w", "f", "to", 1)
            .node("Add", "x f", "y")
            .output("y"))[0];
  }

  /** The first row of what a model makes of zeros. */
  private float[] ran(ModelBuilder model) {
    OnnxModel read = OnnxModel.read(OnnxRuntime.write(model.build(), folder));
    try (Backend backend = Backends.open("scalar");
        OnnxSession session = read.open(backend)) {
      HostTensor zeros = HostTensor.of(new float[6], 2, 3);
      HostTensor given =
          model.inputs().get("x").size() == 6 ? zeros : HostTensor.of(new float[3], 1, 3);
      return Arrays.copyOf(session.run(Map.of("x", given)).get("y").floats(), 3);
    }
  }

  // ---- external data

  private static TensorProto.Builder external(String location, Map<String, String> more) {
    TensorProto.Builder tensor = weight(DataType.FLOAT, 3).setDataLocation(DataLocation.EXTERNAL);
    tensor.addExternalData(entry("location", location));
    more.forEach((key, value) -> tensor.addExternalData(entry(key, value)));
    return tensor;
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  @Test
  void weightsInAFileBesideTheModelAreRead() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putFloat(4, 1).putFloat(8, -2).putFloat(12, 3);
    Files.write(folder.resolve("w.bin"), bytes.array());
    Map<String, String> place = Map.of("offset", "4", "length", "12");
    assertArrayEquals(new float[] {1, -2, 3}, ran(with(external("w.bin", place))));
  }

  @Test
  void externalFilesThatAreNotThereOrNotAllowedAreRefused() throws IOException {
    Path outside = Files.createTempFile("outside", ".bin");
    try {
      Files.write(outside, new byte[12]);
      Path inside = Files.createDirectories(folder.resolve("model"));
      Files.write(folder.resolve("w.bin"), new byte[12]);
      Files.write(inside.resolve("short.bin"), new byte[8]);
      Files.createSymbolicLink(inside.resolve("link.bin"), outside);
      Map<String, String> words =
          Map.of(
              "../w.bin",
              "not in the model's folder",
              outside.toString(),
              "not in the model's folder",
              "a/../../w.bin",
              "not in the model's folder",
              "",
              "not in the model's folder",
              "missing.bin",
              "missing",
              "link.bin",
              "link out of",
              "short.bin",
              "which has 8");
      words.forEach(
          (location, word) -> {
            ModelBuilder model = with(external(location, Map.of()));
            String message = refusal(OnnxRuntime.write(model.build(), inside));
            assertTrue(message.contains("tensor 'w'") && message.contains(word), message);
          });
      assertRefused(with(external("w.bin", Map.of("offset", "-4"))), "offset '-4'");
      assertRefused(with(external("w.bin", Map.of("offset", "9000000000000000000"))), "offset 9");
      assertRefused(with(external("w.bin", Map.of("length", "much"))), "length 'much'");
      assertRefused(with(external("w.bin", Map.of("length", "4"))), "needs 12 bytes");
    } finally {
      Files.delete(outside);
    }
  }

  @Test
  void namesThatWouldDisturbATerminalAreNotPrintedAsTheyAre() {
    NodeProto node =
        NodeProto.newBuilder().setOpType("No\u001b[2Jne").setName("a\nb").addOutput("z").build();
    String message = refusal(relu().node(node).build());
    assertTrue(message.contains("'a?b' (No?[2Jne)"), message);
  }
}
