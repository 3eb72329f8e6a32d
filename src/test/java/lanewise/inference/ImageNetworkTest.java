package lanewise.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.model.BlockPadding;
import lanewise.model.Norm;
import lanewise.model.TranslatorSpec;
import lanewise.model.TranslatorSpec.Kind;
import lanewise.model.Upsampling;
import lanewise.nn.Initialization;
import lanewise.nn.Network;
import lanewise.nn.Parameter;
import lanewise.nn.Statistics;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the strips of an image, on one backend, to the layers applied to all of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ImageNetworkTest {
  private final String backendName;
  private Backend backend;

  ImageNetworkTest(String backendName) {
    this.backendName = backendName;
  }

  @BeforeAll
  void open() {
    backend = Backends.open(backendName);
    assertEquals(backendName, backend.description().name(), "the engine that is tested");
  }

  @AfterAll
  void close() {
    backend.close();
  }

  static List<Arguments> networks() {
    List<TranslatorSpec> specs =
        List.of(
            TranslatorSpec.style(4, Norm.INSTANCE, Upsampling.RESIZE),
            TranslatorSpec.style(4, Norm.GROUP, Upsampling.TRANSPOSED),
            TranslatorSpec.resnet(3, 4, 2, Norm.INSTANCE_PLAIN),
            TranslatorSpec.resnet(3, 4, 2, Norm.BATCH),
            resnet(BlockPadding.ZERO),
            resnet(BlockPadding.REPLICATE),
            TranslatorSpec.unet(3, 3, 2, 5, Norm.INSTANCE_PLAIN, true),
            TranslatorSpec.unet(3, 3, 2, 5, Norm.BATCH, false));
    // One row at a time, a few, a number that divides nothing, and all at once.
    return specs.stream()
        .flatMap(spec -> Stream.of(1, 700, 3001, 1 << 20).map(size -> Arguments.of(spec, size)))
        .toList();
  }

  private static TranslatorSpec resnet(BlockPadding padding) {
    return new TranslatorSpec(
        Kind.RESNET, 3, 3, 4, 1, Norm.LAYER, false, padding, Upsampling.TRANSPOSED);
  }

  @ParameterizedTest(name = "{0}, strips of {1}")
  @MethodSource("networks")
  void stripsEqualTheWhole(TranslatorSpec spec, int strip) {
    stripsEqualTheWhole(spec, Statistics.RUNNING, strip);
  }

  @ParameterizedTest
  @ValueSource(ints = {700, 1 << 20})
  void batchNormCanUseTheStatisticsOfTheImage(int strip) {
    TranslatorSpec spec = TranslatorSpec.unet(3, 3, 2, 5, Norm.BATCH, false);
    stripsEqualTheWhole(spec, Statistics.INPUT, strip);
  }

  @ParameterizedTest(name = "{0}, strips of {1}")
  @MethodSource("networks")
  void whatIsComputedTwiceIsTheSame(TranslatorSpec spec, int strip) {
    holds(spec, Statistics.RUNNING, new Budget(strip, 0, 1));
  }

  private void stripsEqualTheWhole(TranslatorSpec spec, Statistics statistics, int strip) {
    holds(spec, statistics, new Budget(strip, Long.MAX_VALUE, 0));
  }

  private void holds(TranslatorSpec spec, Statistics statistics, Budget budget) {
    try (Scope _ = backend.scope();
        Network network = network(spec)) {
      Tensor x = image(Shape.of(1, 3, 64, 32));
      float[] expected = read(network.forward(Variable.constant(backend, x), statistics).tensor());
      try (ImageNetwork images = new ImageNetwork(network, 3, statistics, budget)) {
        Tensor y = backend.allocate(images.outputShape(x.shape()));
        images.apply(x, y);
        float[] actual = read(y);
        double scale = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
          scale = Math.max(scale, Math.abs(expected[i]));
          largest = Math.max(largest, Math.abs((double) actual[i] - expected[i]));
        }
        assertTrue(largest <= 2e-5 * scale, "differs by %.2g of %.2g".formatted(largest, scale));
      }
    }
  }

  @Test
  void keepsFewResultsAtATime() {
    TranslatorSpec spec = TranslatorSpec.style(32, Norm.INSTANCE, Upsampling.RESIZE);
    try (Network network = network(spec);
        ImageNetwork images = new ImageNetwork(network, 3)) {
      long widest = 32L * 4096 * 3072 * Float.BYTES;
      long bytes = images.bytes(Shape.of(1, 3, 3072, 4096));
      assertTrue(bytes < 1.1 * widest, "%,d bytes".formatted(bytes));
    }
  }

  @Test
  void computesTwiceWhatWouldTakeTheMost() {
    TranslatorSpec spec = TranslatorSpec.resnet(3, 64, 9, Norm.INSTANCE_PLAIN);
    try (Network network = network(spec);
        ImageNetwork images = new ImageNetwork(network, 3)) {
      long widest = 64L * 4096 * 3072 * Float.BYTES;
      long bytes = images.bytes(Shape.of(1, 3, 3072, 4096));
      assertTrue(bytes < 0.95 * widest, "%,d bytes".formatted(bytes));
    }
  }

  @Test
  void saysForWhichLayerAnImageIsTooSmall() {
    TranslatorSpec spec = TranslatorSpec.style(4, Norm.INSTANCE, Upsampling.RESIZE);
    try (Network network = network(spec);
        ImageNetwork images = new ImageNetwork(network, 3)) {
      Shape tiny = Shape.of(1, 3, 4, 64);
      String message =
          assertThrows(IllegalArgumentException.class, () -> images.outputShape(tiny)).getMessage();
      assertTrue(message.contains("conv1"), message);
    }
  }

  private Network network(TranslatorSpec spec) {
    Network network = new Network(backend, spec.network());
    network.initialize(Initialization.DEFAULT, 1);
    SplittableRandom random = new SplittableRandom(2);
    network
        .state()
        .forEach(
            (name, p) -> {
              if (p.dimensions().length == 1) {
                randomize(p, name.endsWith("var") || name.endsWith("weight"), random);
              }
            });
    return network;
  }

  private void randomize(Parameter p, boolean positive, SplittableRandom random) {
    float[] values = new float[p.shape().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = positive ? 0.5f + random.nextFloat() : 2 * random.nextFloat() - 1;
    }
    backend.upload(values, p.tensor());
  }

  private Tensor image(Shape shape) {
    SplittableRandom random = new SplittableRandom(3);
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    Tensor image = backend.allocate(shape);
    backend.upload(values, image);
    return image;
  }

  private float[] read(Tensor tensor) {
    float[] data = new float[tensor.shape().size()];
    backend.read(tensor, data);
    return data;
  }
}
