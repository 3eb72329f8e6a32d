package lanewise.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.ConvSpec;
import lanewise.backend.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitializationTest {

  /**
   * What {@code torch.nn.init.kaiming_normal_(weight)} gives: its deviation is {@code sqrt(2 /
   * weight[0].numel())} for all three.
   */
  @ParameterizedTest
  @CsvSource({"conv, 0.0510310", "transposed, 0.0368605", "linear, 0.1767767"})
  void kaimingKeepsTheScale(String kind, double deviation) {
    Module layer =
        switch (kind) {
          case "conv" -> new Conv2d(48, 92, 4, ConvSpec.of(2, 1), true);
          case "transposed" -> new ConvTranspose2d(48, 92, 4, ConvSpec.of(2, 1), 0, true);
          default -> new Linear(64, 512, true);
        };
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, layer)) {
      network.initialize(Initialization.KAIMING, 0);
      Map<String, Parameter> state = network.state();
      float[] weight = read(backend, state.get("weight").tensor());
      double squares = 0;
      for (float w : weight) {
        squares += (double) w * w;
      }
      assertEquals(deviation, Math.sqrt(squares / weight.length), 0.02 * deviation);
      float[] bias = read(backend, state.get("bias").tensor());
      assertArrayEquals(new float[bias.length], bias);
    }
  }

  private static float[] read(Backend backend, Tensor tensor) {
    float[] values = new float[tensor.shape().size()];
    backend.read(tensor, values);
    return values;
  }
}
