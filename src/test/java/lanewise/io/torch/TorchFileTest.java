package lanewise.io.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of PyTorch's own, made by {@code make_files.py} beside them. */
class TorchFileTest {
  private static final Path FILES = Path.of("src/test/resources/lanewise/io/torch");

  private static Map<String, TorchTensor> byName(List<TorchTensor> tensors) {
    return tensors.stream().collect(Collectors.toMap(TorchTensor::name, Function.identity()));
  }

  private static List<String> names(List<TorchTensor> tensors) {
    return tensors.stream().map(TorchTensor::name).toList();
  }

  private static void assertTensor(
      Map<String, TorchTensor> all, String name, Dtype dtype, long[] shape, float... values) {
    TorchTensor tensor = all.get(name);
    assertEquals(dtype, tensor.dtype(), name);
    assertArrayEquals(shape, tensor.shape(), name);
    assertArrayEquals(values, tensor.values(), name);
  }

  private static long[] shape(long... sizes) {
    return sizes;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zip-2.pth",
        "zip-3.pth",
        "zip-4.pth",
        "zip-5.pth",
        "legacy-2.pth",
        "legacy-4.pth"
      })
  void readsTypesAndViewsOfBothFormats(String file) throws IOException {
    List<TorchTensor> tensors = TorchFile.read(FILES.resolve(file));
    assertEquals(
        List.of(
            "f32",
            "f64",
            "f16",
            "bf16",
            "i64",
            "i32",
            "i16",
            "i8",
            "u8",
            "bool",
            "scalar",
            "empty",
            "transposed",
            "columns",
            "every_other",
            "expanded",
            "channels_last",
            "parameter",
            "tied_a",
            "tied_b"),
        names(tensors));
    Map<String, TorchTensor> all = byName(tensors);
    float[] ramp = {-3, -2, -1, 0, 1, 2, 3};
    assertTensor(all, "f32", Dtype.F32, shape(1, 3), 1.5f, -2, 3.25f);
    assertTensor(all, "f64", Dtype.F64, shape(2), 0.1f, Float.NEGATIVE_INFINITY);
    assertTensor(all, "f16", Dtype.F16, shape(7), ramp);
    assertTensor(all, "bf16", Dtype.BF16, shape(7), ramp);
    assertTensor(all, "i64", Dtype.I64, shape(2), 0x1p40f, -7);
    assertTensor(all, "i32", Dtype.I32, shape(7), ramp);
    assertTensor(all, "i16", Dtype.I16, shape(7), ramp);
    assertTensor(all, "i8", Dtype.I8, shape(7), ramp);
    assertTensor(all, "u8", Dtype.U8, shape(2), 0, 200);
    assertTensor(all, "bool", Dtype.BOOL, shape(7), 0, 0, 0, 0, 1, 1, 1);
    assertTensor(all, "scalar", Dtype.F32, shape(), 3.5f);
    assertTensor(all, "empty", Dtype.F32, shape(0, 4));
    assertTensor(all, "transposed", Dtype.F32, shape(4, 3), 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
    assertTensor(all, "columns", Dtype.F32, shape(3, 2), 1, 2, 5, 6, 9, 10);
    assertTensor(all, "every_other", Dtype.F32, shape(2), 4, 6);
    assertTensor(all, "expanded", Dtype.F32, shape(2, 3), 7, 7, 7, 7, 7, 7);
    float[] count = new float[24];
    for (int i = 0; i < count.length; i++) {
      count[i] = i;
    }
    assertTensor(all, "channels_last", Dtype.F32, shape(1, 2, 3, 4), count);
    assertTensor(all, "parameter", Dtype.F32, shape(2), 1, 2);
    assertTensor(all, "tied_a", Dtype.F32, shape(2, 2), 0.5f, 0.5f, 0.5f, 0.5f);
    assertSame(all.get("tied_a").values(), all.get("tied_b").values());
  }

  @Test
  void findsTheStateDictOfACheckpointAndStripsDataParallel() throws IOException {
    List<TorchTensor> tensors = TorchFile.read(FILES.resolve("checkpoint.pth"));
    assertEquals(
        List.of(
            "0.weight",
            "0.bias",
            "1.weight",
            "1.bias",
            "1.running_mean",
            "1.running_var",
            "1.num_batches_tracked"),
        names(tensors));
    assertTensor(byName(tensors), "1.num_batches_tracked", Dtype.I64, shape(), 1);
    assertArrayEquals(shape(2, 1, 3, 3), tensors.getFirst().shape());
  }

  /** A dict that has another one with tensors in it is no state dict, such as {@code beside-*}. */
  @ParameterizedTest
  @ValueSource(strings = {"beside-2.pth", "beside-4.pth", "beside-legacy.pth"})
  void whatCheckpointsHoldBesideTheirTensorsIsLeftOut(String file) throws IOException {
    List<TorchTensor> tensors = TorchFile.read(FILES.resolve(file));
    assertEquals(List.of("weight", "bias"), names(tensors));
    assertTensor(byName(tensors), "bias", Dtype.F32, shape(2), 1, 2);
  }

  @Test
  void severalStateDictsAreListedAndOneIsRead() throws IOException {
    Path file = FILES.resolve("two.pth");
    assertRefused(
        () -> TorchFile.read(file),
        "2 state dicts: 'gan.G' (7 tensors), 'gan.D' (2 tensors)",
        "--state-dict");
    assertEquals(List.of("0.weight", "0.bias"), names(TorchFile.read(file, "gan.D")));
    assertRefused(() -> TorchFile.read(file, "D"), "no state dict 'D'", "'gan.G'", "'gan.D'");
  }

  @Test
  void optimizersTensorsCanBeNamed() throws IOException {
    Path file = FILES.resolve("checkpoint.pth");
    assertEquals(
        List.of("step", "exp_avg", "exp_avg_sq"), names(TorchFile.read(file, "optimizer.state.0")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "module.pth         | asks for 'torch.nn.modules.container.Sequential'",
        "command.pth        | asks for 'posix.system'",
        "command-legacy.pth | asks for 'posix.system'",
        "script.pt          | TorchScript",
        "tensor.pth         | one tensor without a name",
        "list.pth           | a list",
      })
  void refusesWhatIsNoStateDict(String file, String reason) {
    assertRefused(() -> TorchFile.read(FILES.resolve(file)), reason, "state_dict()");
    assertFalse(Files.exists(Path.of("hacked")));
  }

  static void assertRefused(Executable reading, String... parts) {
    String message = assertThrows(TorchFormatException.class, reading).getMessage();
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.length() < 600, message);
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "no '" + part + "' in: " + message);
    }
  }
}
