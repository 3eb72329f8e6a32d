package lanewise.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A small ONNX model, put together for a test, with values for its inputs. */
final class ModelBuilder {
  private final int opset;
  private final Random random = new Random(7);
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
  private final Map<String, HostTensor> inputs = new LinkedHashMap<>();

  ModelBuilder(int opset) {
    this.opset = opset;
  }

  /** An input of any size, and normally distributed values of this one for it. */
  ModelBuilder input(String name, int... dims) {
    return input(name, normal(dims));
  }

  ModelBuilder input(String name, HostTensor value) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int i = 0; i < value.dims().length; i++) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(name + "_" + i));
    }
    DataType type = value.kind() == HostTensor.Kind.FLOAT ? DataType.FLOAT : DataType.INT64;
    graph.addInput(port(name, type, shape));
    inputs.put(name, value);
    return this;
  }

  /** Normally distributed weights. */
  ModelBuilder weight(String name, int... dims) {
    return constant(name, normal(dims));
  }

  /** Weights between 0.5 and 1.5, for variances. */
  ModelBuilder positive(String name, int... dims) {
    HostTensor values = normal(dims);
    for (int i = 0; i < values.size(); i++) {
      values.floats()[i] = 1 + 0.5f * (float) Math.tanh(values.floats()[i]);
    }
    return constant(name, values);
  }

  ModelBuilder floats(String name, float... values) {
    return constant(name, HostTensor.of(values, values.length));
  }

  ModelBuilder ints(String name, long... values) {
    return constant(name, HostTensor.vector(values));
  }

  ModelBuilder constant(String name, HostTensor value) {
    graph.addInitializer(tensor(name, value));
    return this;
  }

  ModelBuilder initializer(TensorProto tensor) {
    graph.addInitializer(tensor);
    return this;
  }

  /**
   * A node.
   *
   * @param inputs the names of its inputs, separated by spaces, {@code -} for one left out
   * @param attributes names and values in turn
   */
  ModelBuilder node(String operation, String inputs, String outputs, Object... attributes) {
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setOpType(operation)
            .setName(operation.toLowerCase() + graph.getNodeCount());
    for (String input : inputs.isEmpty() ? new String[0] : inputs.split(" ")) {
      node.addInput(input.equals("-") ? "" : input);
    }
    node.addAllOutput(List.of(outputs.split(" ")));
    for (int i = 0; i < attributes.length; i += 2) {
      node.addAttribute(attribute((String) attributes[i], attributes[i + 1]));
    }
    graph.addNode(node);
    return this;
  }

  /** A node as it is, for those that are wrong. */
  ModelBuilder node(NodeProto node) {
    graph.addNode(node);
    return this;
  }

  /** An output with fractions. */
  ModelBuilder output(String name) {
    graph.addOutput(port(name, DataType.FLOAT, null));
    return this;
  }

  ModelBuilder integerOutput(String name) {
    graph.addOutput(port(name, DataType.INT64, null));
    return this;
  }

  /** The operations with their attributes. */
  @Override
  public String toString() {
    return "opset " + opset + ": " + graph.getNodeList().toString().replaceAll("\\s+", " ");
  }

  ModelProto build() {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset))
        .setGraph(graph)
        .build();
  }

  /** How many nodes there are so far. */
  int nodes() {
    return graph.getNodeCount();
  }

  /** The values for the inputs. */
  Map<String, HostTensor> inputs() {
    return inputs;
  }

  private HostTensor normal(int... dims) {
    float[] values = new float[Dims.size(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return HostTensor.of(values, dims);
  }

  private static ValueInfoProto port(String name, DataType type, TensorShapeProto.Builder shape) {
    TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(type.getNumber());
    if (shape != null) {
      tensor.setShape(shape);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  static TensorProto tensor(String name, HostTensor value) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name);
    for (int dim : value.dims()) {
      tensor.addDims(dim);
    }
    boolean isFloat = value.kind() == HostTensor.Kind.FLOAT;
    ByteBuffer raw =
        ByteBuffer.allocate(value.size() * (isFloat ? 4 : 8)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < value.size(); i++) {
      if (isFloat) {
        raw.putFloat(value.floats()[i]);
      } else {
        raw.putLong(value.integers()[i]);
      }
    }
    return tensor
        .setDataType((isFloat ? DataType.FLOAT : DataType.INT64).getNumber())
        .setRawData(ByteString.copyFrom(raw.flip()))
        .build();
  }

  private static AttributeProto attribute(String name, Object value) {
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
    switch (value) {
      case Integer i -> attribute.setType(AttributeType.INT).setI(i);
      case Float f -> attribute.setType(AttributeType.FLOAT).setF(f);
      case String s -> attribute.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(s));
      case HostTensor t -> attribute.setType(AttributeType.TENSOR).setT(tensor("", t));
      case int[] ints -> {
        attribute.setType(AttributeType.INTS);
        for (int i : ints) {
          attribute.addInts(i);
        }
      }
      case float[] floats -> {
        attribute.setType(AttributeType.FLOATS);
        for (float f : floats) {
          attribute.addFloats(f);
        }
      }
      default -> throw new IllegalArgumentException(value.getClass().getName());
    }
    return attribute.build();
  }

  /** A list for an attribute. */
  static int[] list(int... values) {
    return values;
  }
}
