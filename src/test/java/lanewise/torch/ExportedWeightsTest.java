package lanewise.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Scope;
import lanewise.backend.Tensor;
import lanewise.model.Dcgan;
import lanewise.model.GanSpec;
import lanewise.model.Mlp;
import lanewise.model.Norm;
import lanewise.model.ResnetGan;
import lanewise.model.TranslatorSpec;
import lanewise.model.Upsampling;
import lanewise.nn.Module;
import lanewise.nn.Network;
import lanewise.nn.Parameter;
import lanewise.nn.Pass;
import lanewise.nn.Statistics;
import lanewise.train.NetworkExport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The weights that PyTorch loaded with {@code strict=True} when exports.json was made are, byte by
 * byte, those that are exported now, and PyTorch's results with them are Lanewise's.
 */
class ExportedWeightsTest {
  /** Where make_exports.py finds the files. */
  private static final Path FOLDER = Path.of("target", "exports");

  private static final double TOLERANCE = 2e-6;

  private static final Map<String, Module> MODULES =
      Map.of(
          "dcgan", new Dcgan(16, 1, 5, 4, 4, Norm.BATCH).generator(),
          "resnet-gan", conditional().generator(),
          "mlp", new Mlp(GanSpec.of(1, 2, 3, 6, 6, Norm.BATCH)).generator(),
          "cyclegan", TranslatorSpec.resnet(3, 4, 2, Norm.INSTANCE_PLAIN).network(),
          "pix2pix", TranslatorSpec.unet(1, 3, 2, 5, Norm.BATCH, false).network(),
          "style", TranslatorSpec.style(4, Norm.INSTANCE, Upsampling.RESIZE).network());

  private static ResnetGan conditional() {
    Norm norm = Norm.CONDITIONAL_INSTANCE;
    return new ResnetGan(
        new GanSpec(20, 1, 5, 4, 4, norm, norm, false, false, Upsampling.TRANSPOSED, 3, 1));
  }

  static Stream<String> names() {
    return MODULES.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("names")
  void pytorchHasLoadedThem(String name) throws IOException, NoSuchAlgorithmException {
    Path file = FOLDER.resolve(name + ".safetensors");
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, MODULES.get(name), "generator")) {
      fill(network);
      new NetworkExport(network, null, Statistics.RUNNING, Map.of("lanewise.test", name))
          .writeSafetensors(file);
      Map<?, ?> expected = expected(name);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      assertEquals(expected.get("sha256"), HexFormat.of().formatHex(digest));
      Map<String, TorchTensor> inputs = TorchTensor.byName(expected.get("inputs"));
      try (Scope _ = backend.scope()) {
        Variable condition =
            inputs.containsKey("condition") ? upload(backend, inputs.get("condition")) : null;
        Variable y =
            network.forward(
                upload(backend, inputs.get("x")), new Pass(Statistics.RUNNING, condition));
        float[] actual = new float[y.shape().size()];
        backend.read(y.tensor(), actual);
        TorchTensor result = TorchTensor.of(expected.get("y"));
        result.assertWithin("y", actual, TOLERANCE * Math.max(1, result.scale()));
      }
    }
  }

  private static Map<?, ?> expected(String name) {
    return ((List<?>) Json.read("exports.json"))
        .stream()
            .map(json -> (Map<?, ?>) json)
            .filter(json -> name.equals(json.get("name")))
            .findFirst()
            .orElseThrow();
  }

  private static Variable upload(Backend backend, TorchTensor values) {
    Tensor tensor = backend.allocate(values.activation());
    backend.upload(values.floats(), tensor);
    return Variable.constant(backend, tensor);
  }

  /** Gives every entry of the state dict values of its own. */
  private static void fill(Network network) {
    int stream = 9000;
    for (Map.Entry<String, Parameter> entry : network.state().entrySet()) {
      Parameter p = entry.getValue();
      CounterStream numbers = new CounterStream(stream++);
      int fanIn = p.shape().size() / p.shape().n();
      float scale = p.dimensions().length > 1 ? 1.5f / (float) Math.sqrt(fanIn) : 0.5f;
      boolean positive = p.name().equals("running_var") || p.dimensions().length == 0;
      float[] values = numbers.uniform(p.shape().size(), scale, positive ? 1 : 0);
      network.backend().upload(values, p.tensor());
    }
  }
}
