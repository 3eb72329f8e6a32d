package lanewise.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.ConvSpec;
import lanewise.backend.Interpolation;
import lanewise.backend.NormScope;
import lanewise.backend.Padding;
import lanewise.backend.PoolSpec;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.model.Architecture;
import lanewise.model.Gan;
import lanewise.model.GanSpec;
import lanewise.model.Norm;
import lanewise.model.TranslatorSpec;
import lanewise.model.Upsampling;
import lanewise.nn.AvgPool2d;
import lanewise.nn.Conv2d;
import lanewise.nn.ConvTranspose2d;
import lanewise.nn.Dropout;
import lanewise.nn.GlobalAveragePool;
import lanewise.nn.GlobalSumPool;
import lanewise.nn.GraphOperation;
import lanewise.nn.Initialization;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Linear;
import lanewise.nn.MaxPool2d;
import lanewise.nn.Maxout;
import lanewise.nn.MinibatchStddev;
import lanewise.nn.Modulation;
import lanewise.nn.Module;
import lanewise.nn.Network;
import lanewise.nn.Normalization;
import lanewise.nn.PReLU;
import lanewise.nn.Pass;
import lanewise.nn.Pointwise;
import lanewise.nn.ReflectionPad2d;
import lanewise.nn.ReplicationPad2d;
import lanewise.nn.Sequential;
import lanewise.nn.Statistics;
import lanewise.nn.Upsample;
import lanewise.nn.Weights;
import lanewise.nn.ZeroPad2d;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Exported networks compute in ONNX Runtime what they compute here. */
class OnnxExporterTest {
  private static final int LATENT = 6;
  private static final int CLASSES = 3;

  /** Of one layer, relative to its largest output. */
  private static final double LAYER = 2e-6;

  /** Of outputs in (-1, 1) behind many layers, whose rounding errors differ. */
  private static final double NETWORK = 5e-5;

  static Stream<Arguments> generators() {
    List<Arguments> cases = new ArrayList<>();
    for (int opset : new int[] {17, 22}) {
      for (Norm norm : Norm.values()) {
        int classes = norm.isConditional() ? CLASSES : 0;
        cases.add(Arguments.of(Architecture.DCGAN, norm, Upsampling.TRANSPOSED, classes, opset));
        cases.add(Arguments.of(Architecture.RESNET, norm, Upsampling.TRANSPOSED, classes, opset));
      }
      cases.add(Arguments.of(Architecture.DCGAN, Norm.BATCH, Upsampling.RESIZE, CLASSES, opset));
      for (Norm norm : List.of(Norm.BATCH, Norm.LAYER, Norm.NONE)) {
        cases.add(Arguments.of(Architecture.MLP, norm, Upsampling.TRANSPOSED, 0, opset));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("generators")
  void generatorsMakeTheSameImagesInOnnxRuntime(
      Architecture architecture, Norm norm, Upsampling upsampling, int classes, int opset)
      throws OrtException {
    boolean points = architecture == Architecture.MLP;
    GanSpec spec =
        new GanSpec(
            points ? 1 : 20,
            points ? 2 : 3,
            LATENT,
            8,
            4,
            norm,
            Norm.NONE,
            false,
            false,
            upsampling,
            classes,
            1);
    Gan gan = architecture.of(spec);
    Signature signature = Signature.ofGenerator(LATENT, classes, "image");
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, gan.generator(), "generator")) {
      draw(network, 1);
      ModelProto model =
          OnnxExporter.model(network, signature, Statistics.RUNNING, Map.of(), opset);
      requireWellFormed(model);
      try (OrtModel ort = new OrtModel(model.toByteArray())) {
        for (int count : new int[] {1, 3}) {
          assertClose(network, signature, ort, gan.latentShape(count), NETWORK);
        }
      }
    }
  }

  static Stream<Arguments> translators() {
    return Stream.of(
        Arguments.of(TranslatorSpec.resnet(3, 8, 2, Norm.INSTANCE_PLAIN), 48, 64),
        Arguments.of(TranslatorSpec.resnet(1, 8, 1, Norm.BATCH), 28, 24),
        Arguments.of(TranslatorSpec.unet(1, 3, 4, 6, Norm.BATCH, true), 64, 128),
        Arguments.of(TranslatorSpec.unet(3, 1, 4, 5, Norm.INSTANCE, false), 64, 96),
        Arguments.of(TranslatorSpec.style(8, Norm.INSTANCE, Upsampling.RESIZE), 36, 52),
        Arguments.of(TranslatorSpec.style(8, Norm.BATCH, Upsampling.TRANSPOSED), 20, 24));
  }

  @ParameterizedTest
  @MethodSource("translators")
  void translatorsTakeImagesOfAnySize(TranslatorSpec spec, int height, int width)
      throws OrtException {
    Shape example = Shape.of(1, spec.inputChannels(), 64, 64);
    Signature signature = Signature.ofImages(example, -1, 1);
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, spec.network(), "generator")) {
      draw(network, 2);
      ModelProto model = OnnxExporter.model(network, signature, Statistics.RUNNING, Map.of(), 17);
      requireWellFormed(model);
      try (OrtModel ort = new OrtModel(model.toByteArray())) {
        assertClose(network, signature, ort, example, NETWORK);
        Shape other = Shape.of(2, spec.inputChannels(), height, width);
        assertClose(network, signature, ort, other, NETWORK);
      }
    }
  }

  @Test
  void batchNormMayTakeTheStatisticsOfEachImage() throws OrtException {
    Signature signature = Signature.ofImages(Shape.of(1, 1, 32, 32), -1, 1);
    Module unet = TranslatorSpec.unet(1, 3, 4, 5, Norm.BATCH, true).network();
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, unet)) {
      draw(network, 4);
      ModelProto model = OnnxExporter.model(network, signature, Statistics.INPUT, Map.of(), 17);
      requireWellFormed(model);
      try (OrtModel ort = new OrtModel(model.toByteArray())) {
        Shape shape = Shape.of(1, 1, 64, 32);
        assertClose(network, signature, ort, shape, Statistics.INPUT, NETWORK);
      }
    }
  }

  /** Each of layers that no generator has, or has only with other settings. */
  static Stream<Arguments> layers() {
    ConvSpec grouped = new ConvSpec(2, 1, 1, 2, 1, 2, 2);
    Normalization running =
        new Normalization(NormScope.INSTANCE, 8, 1e-3f, Modulation.PER_CHANNEL, 0.1f);
    Normalization plain = new Normalization(NormScope.BATCH, 8, 1e-5f, Modulation.NONE, 0.1f);
    return Stream.of(
        Arguments.of("grouped", new Sequential(new Conv2d(8, 4, 3, grouped, true))),
        Arguments.of(
            "folded into a grouped transposed convolution",
            new Sequential(
                new ConvTranspose2d(8, 8, 3, new ConvSpec(2, 2, 1, 1, 1, 1, 4), 1, true), plain)),
        Arguments.of("spectral", new Conv2d(8, 4, 3, ConvSpec.of(1, 1), true, Weights.SPECTRAL)),
        Arguments.of("group norm", Normalization.group(2, 8)),
        Arguments.of("instance norm that remembers", running),
        Arguments.of("leaky", new LeakyReLU(0.2f)),
        Arguments.of(
            "pooled", new Sequential(new AvgPool2d(2), Pointwise.sigmoid(), Pointwise.softplus())),
        Arguments.of("mean", new Sequential(new GlobalAveragePool(), new Linear(8, 3, true))),
        Arguments.of("sum", new Sequential(new GlobalSumPool(), new Maxout(8, 3, 2))),
        Arguments.of("overlapping means", new AvgPool2d(PoolSpec.of(3, 2, 1), false)),
        Arguments.of("overlapping means with zeros", new AvgPool2d(3, 2, 1)),
        Arguments.of("largest", new MaxPool2d(3, 2, 1)),
        Arguments.of("clipped", new Sequential(new PReLU(8), Pointwise.hardtanh(-0.4f, 0.7f))),
        Arguments.of("one slope", new PReLU(1)),
        Arguments.of("exponential", new Sequential(Pointwise.elu(0.7f), Pointwise.selu())),
        Arguments.of("linear pieces", Pointwise.hardsigmoid()),
        Arguments.of(
            "padded",
            new Sequential(
                new ZeroPad2d(new Padding(1, 2, 0, 3)),
                new ReplicationPad2d(new Padding(2, 0, 1, 3)),
                new ReflectionPad2d(new Padding(3, 1, 0, 2)))),
        Arguments.of("nearest", new Upsample(1.5, Interpolation.NEAREST)),
        Arguments.of("nearest, exactly", new Upsample(2.5, Interpolation.NEAREST_EXACT)),
        Arguments.of("bilinear", new Upsample(1.5, Interpolation.BILINEAR)),
        Arguments.of("bicubic", new Upsample(2.5, Interpolation.BICUBIC)),
        Arguments.of("dropped", new Sequential(new Dropout(0.5f), new Conv2d(8, 2, 1, 1, 0))),
        Arguments.of("nothing", Pointwise.identity()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void layersComputeTheSameInOnnxRuntime(String name, Module layer) throws OrtException {
    assertSameInOnnxRuntime(layer, 13, 17, 21);
  }

  @Test
  void antialiasingNeedsAnOpsetThatHasIt() throws OrtException {
    assertRefused(new Upsample(0.5, Interpolation.BILINEAR_ANTIALIASED), 17, "give --opset 18");
    assertSameInOnnxRuntime(new Upsample(0.5, Interpolation.BILINEAR_ANTIALIASED), 18, 22);
  }

  private static void assertSameInOnnxRuntime(Module layer, int... opsets) throws OrtException {
    Signature signature = Signature.ofImages(Shape.of(1, 8, 6, 6), 0, 255);
    for (int opset : opsets) {
      try (Backend backend = Backends.open("scalar");
          Network network = new Network(backend, layer)) {
        draw(network, 3);
        ModelProto model =
            OnnxExporter.model(network, signature, Statistics.RUNNING, Map.of(), opset);
        requireWellFormed(model);
        try (OrtModel ort = new OrtModel(model.toByteArray())) {
          assertClose(network, signature, ort, Shape.of(3, 8, 6, 6), LAYER);
        }
      }
    }
  }

  @Test
  void batchNormGoesIntoTheWeightsUnlessSomethingElseUsesThem() {
    assertEquals(
        Map.of("ConvTranspose", 4L, "Relu", 3L, "Tanh", 1L, "Unsqueeze", 1L),
        operators(Architecture.DCGAN, Norm.BATCH));
    Map<String, Long> resnet = operators(Architecture.RESNET, Norm.BATCH);
    // Of the two norms of a block, the first has the sum of the block before it as its input; the
    // very first has the transposed convolution, which the shortcut uses too.
    assertEquals(3 + 1, resnet.get("BatchNormalization"), resnet.toString());
    assertEquals(
        Map.of(
            "ConvTranspose", 4L,
            "InstanceNormalization", 3L,
            "Relu", 3L,
            "Tanh", 1L,
            "Unsqueeze", 1L),
        operators(Architecture.DCGAN, Norm.INSTANCE));
  }

  private static Map<String, Long> operators(Architecture architecture, Norm norm) {
    Gan gan = architecture.of(GanSpec.of(32, 1, LATENT, 4, 4, norm));
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, gan.generator(), "generator")) {
      Signature signature = Signature.ofGenerator(LATENT, 0, "image");
      return OnnxExporter.model(network, signature, Statistics.RUNNING, Map.of(), 17)
          .getGraph()
          .getNodeList()
          .stream()
          .collect(Collectors.groupingBy(NodeProto::getOpType, Collectors.counting()));
    }
  }

  @Test
  void theModelSaysWhatItIs() {
    Gan gan = Architecture.DCGAN.of(GanSpec.of(16, 1, LATENT, 4, 4, Norm.LAYER));
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, gan.generator(), "generator")) {
      Signature signature = Signature.ofGenerator(LATENT, 0, "image");
      ModelProto model =
          OnnxExporter.model(network, signature, Statistics.RUNNING, Map.of("a", "b"), 17);
      assertEquals("Lanewise", model.getProducerName());
      assertEquals("z: N x 6, standard normal", model.getDocString());
      assertEquals(List.of("a=b"), metadata(model));
      assertEquals(17, model.getOpsetImport(0).getVersion());
      GraphProto graph = model.getGraph();
      assertEquals("generator", graph.getName());
      assertEquals("z[batch, 6]", describe(graph.getInput(0)));
      assertEquals("image[batch, 1, 16, 16]", describe(graph.getOutput(0)));
      assertEquals(
          List.of(
              "z/image",
              "main.0",
              "main.1/groups",
              "main.1/normalised",
              "main.1/shape",
              "main.1/images",
              "main.1/scaled",
              "main.1",
              "main.2"),
          graph.getNodeList().stream().map(NodeProto::getName).limit(9).toList());
      assertTrue(
          graph.getInitializerList().stream()
              .map(TensorProto::getName)
              .toList()
              .containsAll(List.of("main.0.weight", "main.1.weight", "main.1.bias")));
    }
  }

  private static List<String> metadata(ModelProto model) {
    return model.getMetadataPropsList().stream().map(p -> p.getKey() + "=" + p.getValue()).toList();
  }

  private static String describe(ValueInfoProto value) {
    return value.getName()
        + value.getType().getTensorType().getShape().getDimList().stream()
            .map(d -> d.hasDimParam() ? d.getDimParam() : Long.toString(d.getDimValue()))
            .toList();
  }

  @Test
  void whatHasNoFormIsNamed() {
    assertRefused(
        new Sequential(new Conv2d(8, 4, 3, 1, 1), new MinibatchStddev()), 17, "1 (Minibatch");
    assertRefused(
        new Sequential(new Normalization(NormScope.BATCH, 8, 1e-5f, Modulation.PER_CHANNEL, 0)),
        17,
        "the layer 0 normalises by the statistics of its batch");
    assertRefused(new Conv2d(8, 4, 3, 1, 1), 12, "opset 12");
    assertRefused(new Conv2d(8, 4, 3, 1, 1), 23, "from 13 to 22");
  }

  private static void assertRefused(Module layer, int opset, String words) {
    Signature signature = Signature.ofImages(Shape.of(1, 8, 6, 6), 0, 255);
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, layer)) {
      UserException e =
          assertThrows(
              UserException.class,
              () -> OnnxExporter.model(network, signature, Statistics.RUNNING, Map.of(), opset));
      assertTrue(e.getMessage().contains(words), e.getMessage());
    }
  }

  /** Gives a network values as training does: norms with statistics, biases that are not 0. */
  private static void draw(Network network, long seed) {
    network.initialize(Initialization.DEFAULT, seed);
    Random random = new Random(seed);
    network
        .state()
        .forEach(
            (name, p) -> {
              boolean spread = name.endsWith("running_var");
              if (spread || name.endsWith("running_mean") || name.endsWith("bias")) {
                float[] values = new float[p.shape().size()];
                for (int i = 0; i < values.length; i++) {
                  values[i] = (float) (spread ? 0.2 + random.nextDouble() : random.nextGaussian());
                }
                network.backend().upload(values, p.tensor());
              }
            });
  }

  private static void assertClose(
      Network network, Signature signature, OrtModel ort, Shape shape, double tolerance)
      throws OrtException {
    assertClose(network, signature, ort, shape, Statistics.RUNNING, tolerance);
  }

  private static void assertClose(
      Network network,
      Signature signature,
      OrtModel ort,
      Shape shape,
      Statistics statistics,
      double tolerance)
      throws OrtException {
    Random random = new Random(7);
    Map<String, OrtModel.Values> inputs = new LinkedHashMap<>();
    Backend backend = network.backend();
    try (Scope _ = backend.scope()) {
      Variable x = input(backend, signature.input(), shape, random, inputs);
      Variable condition = null;
      if (signature.condition() != null) {
        Shape rows = Shape.matrix(shape.n(), signature.condition().shape().c());
        condition = input(backend, signature.condition(), rows, random, inputs);
      }
      Variable y = network.forward(x, new Pass(statistics, condition));
      float[] expected = new float[y.shape().size()];
      backend.read(y.tensor(), expected);
      OrtModel.Values actual = ort.run(inputs);
      assertEquals(expected.length, actual.data().length);
      long[] dimensions = {shape.n(), y.shape().c(), y.shape().h(), y.shape().w()};
      int rank = actual.dimensions().length;
      assertArrayEquals(Arrays.copyOf(dimensions, rank), actual.dimensions());
      double largest = 1;
      double difference = 0;
      for (int i = 0; i < expected.length; i++) {
        largest = Math.max(largest, Math.abs(expected[i]));
        difference = Math.max(difference, Math.abs(expected[i] - actual.data()[i]));
      }
      assertTrue(difference <= tolerance * largest, difference + " of " + largest);
    }
  }

  private static Variable input(
      Backend backend,
      GraphOperation.Input input,
      Shape shape,
      Random random,
      Map<String, OrtModel.Values> inputs) {
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    long[] dimensions = {shape.n(), shape.c(), shape.h(), shape.w()};
    inputs.put(
        input.name(),
        new OrtModel.Values(Arrays.copyOf(dimensions, shape.isMatrix() ? 2 : 4), values));
    Tensor tensor = backend.allocate(shape);
    backend.upload(values, tensor);
    return Variable.constant(backend, tensor);
  }

  /** Properties that ONNX's checker asks for, and that nothing in the model is unused. */
  private static void requireWellFormed(ModelProto model) {
    assertTrue(model.hasIrVersion());
    GraphProto graph = model.getGraph();
    assertFalse(graph.getName().isEmpty());
    Set<String> known = new HashSet<>();
    Set<String> used = new HashSet<>();
    graph.getInputList().forEach(input -> assertTrue(known.add(input.getName())));
    for (TensorProto constant : graph.getInitializerList()) {
      assertTrue(known.add(constant.getName()), constant.getName());
      long elements = constant.getDimsList().stream().reduce(1L, Math::multiplyExact);
      int size = constant.getDataType() == TensorProto.DataType.INT64.getNumber() ? 8 : 4;
      assertEquals(elements * size, constant.getRawData().size(), constant.getName());
    }
    Set<String> nodes = new HashSet<>();
    for (NodeProto node : graph.getNodeList()) {
      assertTrue(nodes.add(node.getName()), node.getName());
      for (String input : node.getInputList()) {
        assertTrue(input.isEmpty() || known.contains(input), node.getName() + " of " + input);
        used.add(input);
      }
      node.getOutputList().forEach(output -> assertTrue(known.add(output), output));
    }
    graph.getOutputList().forEach(output -> assertTrue(known.contains(output.getName())));
    graph.getOutputList().forEach(output -> used.add(output.getName()));
    known.removeAll(used);
    assertEquals(Set.of(), known, "unused");
  }
}
