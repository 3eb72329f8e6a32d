package lanewise.onnx;

import static lanewise.onnx.GraphWriter.fixed;
import static lanewise.onnx.GraphWriter.symbolic;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.backend.Shape;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.Network;
import lanewise.nn.OwnStatistics;
import lanewise.nn.Statistics;

/**
 * Writes a trained network as an ONNX model: for any number of samples, in float32, with values
 * named by the layers that compute them.
 *
 * <p>Norms by running averages are multiplied into the layer before them where that is possible;
 * where it is not, they stay {@code BatchNormalization}. Layer and group norm are {@code
 * GroupNormalization} from opset 21 on, whose older form has no scale for each channel, and before
 * it instance norm of the groups.
 */
public final class OnnxExporter {
  /** The oldest opset in which all operations have the form that is written. */
  public static final int OLDEST_OPSET = 13;

  public static final int NEWEST_OPSET = 22;

  /**
   * As PyTorch's TorchScript exporter has it: ONNX Runtime knows it since version 1.12, of 2022.
   */
  public static final int DEFAULT_OPSET = 17;

  /** What a protobuf message can hold, less room for all but weights. */
  private static final long LARGEST = Integer.MAX_VALUE - (1L << 20);

  private OnnxExporter() {}

  /**
   * A model as the bytes of its file.
   *
   * @param statistics that norms with running averages use: those, or each sample's own
   * @param metadata free text by name
   * @param opset from {@value #OLDEST_OPSET} to {@value #NEWEST_OPSET}
   * @throws UserException if the network has no form in ONNX
   */
  public static byte[] encode(
      Network network,
      Signature signature,
      Statistics statistics,
      Map<String, String> metadata,
      int opset) {
    return model(network, signature, statistics, metadata, opset).toByteArray();
  }

  static ModelProto model(
      Network network,
      Signature signature,
      Statistics statistics,
      Map<String, String> metadata,
      int opset) {
    if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
      throw new UserException(
          "opset %d cannot be written; use one from %d to %d"
              .formatted(opset, OLDEST_OPSET, NEWEST_OPSET));
    }
    if ((long) Float.BYTES * network.parameterCount() > LARGEST) {
      throw new UserException(
          "%,d weights are more than an ONNX file can hold, which ends at 2 GiB; export them as safetensors"
              .formatted(network.parameterCount()));
    }
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(irVersion(opset))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset))
            .setProducerName("Lanewise")
            .setDocString(signature.meaning());
    String version = OnnxExporter.class.getPackage().getImplementationVersion();
    if (version != null) {
      model.setProducerVersion(version);
    }
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    GraphWriter graph = new GraphWriter();
    fill(graph, network, signature, statistics, opset);
    return model.setGraph(graph.finish(network.name())).build();
  }

  private static void fill(
      GraphWriter graph, Network network, Signature signature, Statistics statistics, int opset) {
    GraphNode input = node(signature.input());
    GraphNode condition = signature.condition() == null ? null : node(signature.condition());
    GraphNode described = network.describe(input, condition);
    GraphNode result =
        statistics == Statistics.RUNNING
            ? BatchNormFolding.apply(described)
            : OwnStatistics.of(described);
    boolean vectors = new OperationWriter(opset, graph, result, signature.output()).write();
    graph.output(signature.output(), outputDimensions(network, signature.input(), vectors));
  }

  private static GraphNode node(GraphOperation.Input input) {
    return new GraphNode(input.name(), input, List.of());
  }

  private static List<Dimension> outputDimensions(
      Network network, GraphOperation.Input input, boolean vectors) {
    Shape example = input.shape();
    // Of two samples, as batch norm of one vector is refused.
    Shape shape = network.outputShape(Shape.of(2, example.c(), example.h(), example.w()));
    Dimension batch = symbolic("batch");
    Dimension channels = fixed(shape.c());
    if (vectors) {
      return List.of(batch, channels);
    }
    return input.anySize()
        ? List.of(batch, channels, symbolic("output_height"), symbolic("output_width"))
        : List.of(batch, channels, fixed(shape.h()), fixed(shape.w()));
  }

  /** The version of the file format that came with an opset. */
  private static int irVersion(int opset) {
    return opset <= 18 ? 8 : opset <= 20 ? 9 : 10;
  }
}
