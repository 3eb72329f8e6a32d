package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Tensor;
import lanewise.io.Safetensors;
import lanewise.io.TensorEntry;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.nn.Initialization;
import lanewise.nn.Module;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDictTest {
  private static final Dcgan MODEL = new Dcgan(32, 1, 10, 4, 4, Norm.BATCH);

  private final Backend backend = Backends.open("scalar");
  private Network generator;

  @BeforeEach
  void build() {
    generator = new Network(backend, MODEL.generator());
    generator.initialize(Initialization.DCGAN, 1);
  }

  @AfterEach
  void close() {
    backend.close();
  }

  /** As {@code [f"{k} {list(v.shape)}" for k, v in netG.state_dict().items()]} has them. */
  @Test
  void namesAndDimensionsArePyTorchs() {
    assertEquals(
        List.of(
            "main.0.weight [10, 16, 4, 4]",
            "main.1.weight [16]",
            "main.1.bias [16]",
            "main.1.running_mean [16]",
            "main.1.running_var [16]",
            "main.1.num_batches_tracked []",
            "main.3.weight [16, 8, 4, 4]",
            "main.4.weight [8]",
            "main.4.bias [8]",
            "main.4.running_mean [8]",
            "main.4.running_var [8]",
            "main.4.num_batches_tracked []",
            "main.6.weight [8, 4, 4, 4]",
            "main.7.weight [4]",
            "main.7.bias [4]",
            "main.7.running_mean [4]",
            "main.7.running_var [4]",
            "main.7.num_batches_tracked []",
            "main.9.weight [4, 1, 4, 4]"),
        described(MODEL.generator()));
    assertEquals(
        List.of(
            "main.0.weight [4, 1, 4, 4]",
            "main.2.weight [8, 4, 4, 4]",
            "main.3.weight [8]",
            "main.3.bias [8]",
            "main.5.weight [16, 8, 4, 4]",
            "main.6.weight [16]",
            "main.6.bias [16]",
            "main.8.weight [1, 16, 4, 4]"),
        described(new Dcgan(32, 1, 10, 4, 4, Norm.INSTANCE).discriminator()));
  }

  private List<String> described(Module module) {
    return new Network(backend, module)
        .state().entrySet().stream()
            .map(e -> e.getValue().toString().replace(e.getValue().name(), e.getKey() + " "))
            .toList();
  }

  @Test
  void surviveAFileBitForBit(@TempDir Path folder) {
    // Running statistics and the count of batches, too, are no longer what they started as.
    generator.forward(latents(), Statistics.BATCH);
    List<TensorEntry> before = StateDict.of(generator);
    Path file = folder.resolve("generator.safetensors");
    Safetensors.write(file, before, Map.of());

    Network other = new Network(backend, MODEL.generator());
    other.initialize(Initialization.DCGAN, 2);
    try (Safetensors opened = Safetensors.open(file)) {
      List<TensorEntry> read = new ArrayList<>();
      opened.names().forEach(n -> read.add(new TensorEntry(n, opened.shape(n), opened.floats(n))));
      StateDict.load(other, read, file.toString());
    }

    assertSame(before, StateDict.of(other));
    float[] z = new Latents(3, 10).fixed(2);
    assertArrayEquals(
        new Sampler(generator, MODEL.spec()).images(z, 0, Statistics.RUNNING),
        new Sampler(other, MODEL.spec()).images(z, 0, Statistics.RUNNING));
  }

  private Variable latents() {
    Tensor z = backend.allocate(MODEL.latentShape(2));
    backend.upload(new Latents(1, 10).fixed(2), z);
    return Variable.constant(backend, z);
  }

  @Test
  void aStateWithoutTheCountOfBatchesIsLoaded() {
    List<TensorEntry> state = changed(1);
    state.removeIf(e -> e.name().endsWith("num_batches_tracked"));
    StateDict.load(generator, state, "old.safetensors");
    assertArrayEquals(state.getFirst().data(), StateDict.of(generator).getFirst().data());
  }

  @Test
  void aMissingTensorIsNamed() {
    List<TensorEntry> state = changed(1);
    state.removeIf(e -> e.name().equals("main.4.bias"));
    assertRefused(state, "missing [main.4.bias], unexpected []");
  }

  @Test
  void anUnexpectedTensorIsNamed() {
    List<TensorEntry> state = changed(1);
    state.add(new TensorEntry("main.10.weight", new long[] {1}, new float[1]));
    assertRefused(state, "missing [], unexpected [main.10.weight]");
  }

  @Test
  void aTensorOfAnotherShapeIsNamedWithBoth() {
    List<TensorEntry> state = changed(1);
    TensorEntry first = state.getFirst();
    long[] transposed = {16, 10, 4, 4};
    state.set(0, new TensorEntry(first.name(), transposed, first.data()));
    assertRefused(state, "main.0.weight is [16, 10, 4, 4] there and [10, 16, 4, 4] here");
  }

  @Test
  void theStateOfAnotherNormIsRefused() {
    Network other = new Network(backend, new Dcgan(32, 1, 10, 4, 4, Norm.INSTANCE).generator());
    assertRefused(StateDict.of(other), "main.1.running_mean");
  }

  /** Passes if loading fails in one line that says where and what, and changes nothing. */
  private void assertRefused(List<TensorEntry> state, String reason) {
    List<TensorEntry> before = StateDict.of(generator);
    UserException error =
        assertThrows(UserException.class, () -> StateDict.load(generator, state, "G.safetensors"));
    assertTrue(error.getMessage().startsWith("G.safetensors does not fit"), error.getMessage());
    assertTrue(error.getMessage().contains(reason), error.getMessage());
    assertEquals(1, error.getMessage().lines().count());
    assertSame(before, StateDict.of(generator));
  }

  /** The generator's state with other numbers in it. */
  private List<TensorEntry> changed(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return StateDict.of(generator).stream()
        .map(
            e -> {
              float[] data = new float[e.data().length];
              for (int i = 0; i < data.length; i++) {
                data[i] = random.nextFloat();
              }
              return new TensorEntry(e.name(), e.shape(), data);
            })
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static void assertSame(List<TensorEntry> expected, List<TensorEntry> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      TensorEntry e = expected.get(i);
      assertEquals(e.name(), actual.get(i).name());
      assertArrayEquals(e.shape(), actual.get(i).shape(), e.name());
      assertArrayEquals(e.data(), actual.get(i).data(), e.name());
    }
  }
}
