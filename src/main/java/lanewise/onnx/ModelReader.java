package lanewise.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lanewise.Printable;
import lanewise.UserException;

/** Makes an {@link OnnxModel} of a file. */
final class ModelReader {
  /** More than protobuf can hold in one message. */
  private static final long LARGEST_FILE = Integer.MAX_VALUE;

  private final Path file;
  private final GraphProto graph;
  private final int opset;
  private final TensorReader tensors;
  private final Map<String, HostTensor> initializers = new HashMap<>();
  private final List<Port> inputs = new ArrayList<>();
  private final List<Port> outputs = new ArrayList<>();

  private ModelReader(Path file, ModelProto model) {
    this.file = file;
    graph = model.getGraph();
    opset = opset(model);
    tensors = new TensorReader(file.toAbsolutePath().getParent());
  }

  static OnnxModel read(Path file) {
    ModelProto model = parse(file);
    try {
      return new ModelReader(file, model).read();
    } catch (ModelFault e) {
      throw new UserException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static ModelProto parse(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new UserException("%s: there is no such file; give an ONNX model".formatted(file));
      }
      if (Files.size(file) > LARGEST_FILE) {
        throw new UserException(
            "%s: a model of more than 2 GiB must keep its weights in external files"
                .formatted(file));
      }
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
        ModelProto model = ModelProto.parseFrom(in);
        if (!model.hasGraph() || model.getGraph().getNodeCount() == 0) {
          throw new UserException(
              "%s: not an ONNX model, or one without a graph; fetch or export it again"
                  .formatted(file));
        }
        return model;
      }
    } catch (InvalidProtocolBufferException e) {
      throw new UserException(
          "%s: not an ONNX model, or a damaged or truncated one; fetch or export it again"
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new UserException("%s: cannot be read (%s)".formatted(file, e.getMessage()), e);
    }
  }

  /** The version of ONNX's own operations. */
  private static int opset(ModelProto model) {
    long version =
        model.getOpsetImportList().stream()
            .filter(set -> isOwnDomain(set.getDomain()))
            .mapToLong(OperatorSetIdProto::getVersion)
            .max()
            .orElseThrow(() -> new ModelFault("it does not say which opset it uses"));
    if (version < OnnxModel.OLDEST_OPSET || version > OnnxModel.NEWEST_OPSET) {
      throw new ModelFault(
          "it uses opset %d; %d to %d are supported, so export it for one of these"
              .formatted(version, OnnxModel.OLDEST_OPSET, OnnxModel.NEWEST_OPSET));
    }
    return (int) version;
  }

  private static boolean isOwnDomain(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  private OnnxModel read() {
    if (graph.getSparseInitializerCount() > 0) {
      throw new ModelFault("its sparse weights are not supported");
    }
    for (TensorProto tensor : graph.getInitializerList()) {
      readInitializer(tensor);
    }
    for (ValueInfoProto input : graph.getInputList()) {
      if (!initializers.containsKey(input.getName())) {
        inputs.add(port(input, "input"));
      }
    }
    for (ValueInfoProto output : graph.getOutputList()) {
      outputs.add(port(output, "output"));
    }
    List<OnnxNode> nodes = new ArrayList<>();
    for (NodeProto node : graph.getNodeList()) {
      nodes.add(node(nodes.size(), node));
    }
    Set<String> given = new HashSet<>(initializers.keySet());
    inputs.forEach(input -> given.add(input.name()));
    List<OnnxNode> ordered = new GraphOrder(given).order(nodes);
    nodes.forEach(node -> given.addAll(node.outputs()));
    for (Port output : outputs) {
      if (!given.contains(output.name())) {
        throw new ModelFault("nothing computes its output " + Printable.quoted(output.name()));
      }
    }
    return new OnnxModel(file, opset, inputs, outputs, ordered, initializers);
  }

  private void readInitializer(TensorProto tensor) {
    try {
      if (initializers.put(tensor.getName(), tensors.read(tensor)) != null) {
        throw new ModelFault("it is there twice");
      }
    } catch (ModelFault e) {
      throw new ModelFault(
          "tensor %s: %s".formatted(Printable.quoted(tensor.getName()), e.getMessage()), e);
    }
  }

  private static Port port(ValueInfoProto value, String what) {
    TypeProto type = value.getType();
    if (!type.hasTensorType()) {
      throw new ModelFault(
          "its %s %s is not a tensor".formatted(what, Printable.quoted(value.getName())));
    }
    TypeProto.Tensor tensor = type.getTensorType();
    List<String> sizes = tensor.hasShape() ? new ArrayList<>() : null;
    for (Dimension size : tensor.getShape().getDimList()) {
      boolean isKnown = size.hasDimValue() && size.getDimValue() > 0;
      String symbol = size.getDimParam().isEmpty() ? "?" : size.getDimParam();
      // A symbol that begins with a digit would be taken for a number.
      String open = Character.isDigit(symbol.charAt(0)) ? "_" + symbol : symbol;
      sizes.add(isKnown ? Long.toString(size.getDimValue()) : open);
    }
    try {
      return new Port(value.getName(), ElementFormat.of(tensor.getElemType()).kind, sizes);
    } catch (ModelFault e) {
      throw new ModelFault(
          "%s %s: %s".formatted(what, Printable.quoted(value.getName()), e.getMessage()), e);
    }
  }

  private OnnxNode node(int index, NodeProto node) {
    try {
      if (!isOwnDomain(node.getDomain())) {
        throw new ModelFault(
            "operations of the domain %s are not supported"
                .formatted(Printable.quoted(node.getDomain())));
      }
      Definition definition = OperationTable.find(node.getOpType());
      if (opset < definition.since()) {
        throw new ModelFault(
            "the operation exists from opset %d on, and this is opset %d"
                .formatted(definition.since(), opset));
      }
      int count = node.getInputCount();
      if (count < definition.leastInputs() || count > definition.mostInputs()) {
        throw new ModelFault(
            "it has %d inputs, where %d to %d are supported"
                .formatted(count, definition.leastInputs(), definition.mostInputs()));
      }
      Attributes attributes = new Attributes(node, tensors);
      Declaration declaration =
          new Declaration(
              opset, attributes, node.getInputList(), node.getOutputList(), initializers);
      Operation operation = definition.factory().of(declaration);
      if (!attributes.unread().isEmpty()) {
        throw new ModelFault(
            "attribute %s is not supported"
                .formatted(Printable.quoted(attributes.unread().getFirst())));
      }
      return new OnnxNode(
          index, node.getName(), definition, node.getInputList(), node.getOutputList(), operation);
    } catch (ModelFault e) {
      throw new ModelFault(
          "%s: %s"
              .formatted(
                  OnnxNode.describe(index, node.getName(), node.getOpType()), e.getMessage()),
          e);
    }
  }
}
