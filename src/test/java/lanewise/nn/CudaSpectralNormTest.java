package lanewise.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.ConvSpec;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.Emulator;
import lanewise.backend.cuda.OnEmulator;
import org.junit.jupiter.api.Test;

/** The power method in a step that is replayed as a graph. */
@OnEmulator
class CudaSpectralNormTest {
  private static final int STEPS = 6;

  @Test
  void replayedStepsIterateAsOthersDo() {
    Emulator.configure("");
    try (Backend backend = Backends.open("cuda")) {
      List<float[]> expected = run(backend, false);
      long before = Emulator.calls("cuGraphLaunch");
      List<float[]> actual = run(backend, true);
      assertEquals(STEPS - 2, Emulator.calls("cuGraphLaunch") - before, "replays");
      for (int i = 0; i < STEPS; i++) {
        assertArrayEquals(expected.get(i), actual.get(i), 0, "output of step " + i);
      }
    }
  }

  /** What each step computes of the same input. */
  private static List<float[]> run(Backend backend, boolean capture) {
    Module layer = new ConvTranspose2d(3, 5, 4, ConvSpec.of(2, 1), 0, true, Weights.SPECTRAL);
    Shape in = Shape.of(2, 3, 4, 4);
    List<float[]> outputs = new ArrayList<>();
    try (Network network = new Network(backend, layer);
        Tensor x = backend.allocate(in);
        Tensor y = backend.allocate(layer.outputShape(in))) {
      network.initialize(Initialization.DEFAULT, 0);
      backend.fill(x, 0.5f);
      Runnable step =
          () -> {
            try (Scope _ = backend.scope()) {
              Variable input = Variable.constant(backend, x);
              backend.copy(network.forward(input, Statistics.BATCH).tensor(), y);
            }
          };
      Runnable captured = capture ? backend.capture(step) : step;
      for (int i = 0; i < STEPS; i++) {
        captured.run();
        float[] values = new float[y.shape().size()];
        backend.read(y, values);
        outputs.add(values);
      }
    }
    return outputs;
  }
}
