package lanewise.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Nodes and constants of an ONNX graph, in the order in which they are added. */
final class GraphWriter {
  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final Set<String> names = new HashSet<>();

  /** A name that nothing in the graph has yet: {@code wanted}, or with a number behind it. */
  String unique(String wanted) {
    String name = wanted;
    for (int i = 2; !names.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  /**
   * Adds a node with one output.
   *
   * @param name of the node and of its output; from {@link #unique}
   * @param inputs empty where an optional one is left out
   * @return {@code name}
   */
  String node(String operator, String name, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(name)
            .addAllInput(inputs)
            .addOutput(name)
            .addAllAttribute(Arrays.asList(attributes)));
    return name;
  }

  /** Adds a constant of floats. */
  String constant(String wanted, long[] dimensions, float[] values) {
    ByteBuffer bytes = littleEndian(values.length, Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return constant(wanted, TensorProto.DataType.FLOAT, dimensions, bytes);
  }

  /** Adds a constant vector of integers. */
  String constant(String wanted, long... values) {
    ByteBuffer bytes = littleEndian(values.length, Long.BYTES);
    bytes.asLongBuffer().put(values);
    return constant(wanted, TensorProto.DataType.INT64, new long[] {values.length}, bytes);
  }

  private static ByteBuffer littleEndian(int count, int size) {
    return ByteBuffer.allocate(Math.multiplyExact(count, size)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private String constant(
      String wanted, TensorProto.DataType type, long[] dimensions, ByteBuffer bytes) {
    String name = unique(wanted);
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name);
    tensor.setDataType(type.getNumber()).setRawData(ByteString.copyFrom(bytes));
    Arrays.stream(dimensions).forEach(tensor::addDims);
    graph.addInitializer(tensor);
    return name;
  }

  void input(String name, List<Dimension> dimensions) {
    graph.addInput(value(name, dimensions));
  }

  void output(String name, List<Dimension> dimensions) {
    graph.addOutput(value(name, dimensions));
  }

  private static ValueInfoProto value(String name, List<Dimension> dimensions) {
    TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder();
    tensor.setElemType(TensorProto.DataType.FLOAT.getNumber());
    tensor.getShapeBuilder().addAllDim(dimensions);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  static Dimension fixed(long size) {
    return Dimension.newBuilder().setDimValue(size).build();
  }

  static Dimension symbolic(String name) {
    return Dimension.newBuilder().setDimParam(name).build();
  }

  GraphProto finish(String name) {
    return graph.setName(name).build();
  }

  static AttributeProto ints(String name, long... values) {
    AttributeProto.Builder attribute = attribute(name, AttributeProto.AttributeType.INTS);
    Arrays.stream(values).forEach(attribute::addInts);
    return attribute.build();
  }

  static AttributeProto integer(String name, long value) {
    return attribute(name, AttributeProto.AttributeType.INT).setI(value).build();
  }

  static AttributeProto real(String name, float value) {
    return attribute(name, AttributeProto.AttributeType.FLOAT).setF(value).build();
  }

  static AttributeProto text(String name, String value) {
    return attribute(name, AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  private static AttributeProto.Builder attribute(String name, AttributeProto.AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }
}
