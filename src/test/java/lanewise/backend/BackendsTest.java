package lanewise.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.List;
import lanewise.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which backends are found, and what is said of those that there are not. */
final class BackendsTest {

  @Test
  void providersAreListedBestFirst() {
    List<BackendProvider> providers = Backends.providers();
    List<String> names = providers.stream().map(BackendProvider::name).toList();
    assertEquals("cuda", names.getFirst());
    assertEquals("scalar", names.getLast());
    assertTrue(
        Comparator.comparingInt(BackendProvider::priority)
                .reversed()
                .compare(providers.getFirst(), providers.getLast())
            < 0);
  }

  @Test
  void autoOpensABackendThatRuns() {
    try (Backend backend = Backends.open("auto")) {
      Tensor tensor = backend.allocate(Shape.scalar());
      backend.fill(tensor, 3);
      float[] value = new float[1];
      backend.read(tensor, value);
      assertEquals(3, value[0]);
    }
  }

  @Test
  void anUnknownNameNamesTheNearest() {
    UserException e = assertThrows(UserException.class, () -> Backends.open("scaler"));
    assertTrue(e.getMessage().contains("did you mean scalar?"), e.getMessage());
  }

  @Test
  void threadsAreAtLeastOne() {
    UserException e = assertThrows(UserException.class, () -> Backends.open("scalar", 0));
    assertTrue(e.getMessage().contains("--threads"), e.getMessage());
  }

  @Test
  void devicesAreCountedFromZero() {
    UserException e =
        assertThrows(UserException.class, () -> new BackendOptions(1, -1, Precision.FP32));
    assertTrue(e.getMessage().contains("--device must be at least 0"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "simd"})
  void aCpuComputesInFp32OnItsOneDevice(String name) {
    BackendOptions bf16 = new BackendOptions(1, 0, Precision.BF16);
    UserException precision = assertThrows(UserException.class, () -> Backends.open(name, bf16));
    assertTrue(precision.getMessage().contains("fp32 only, not bf16"), precision.getMessage());
    BackendOptions second = new BackendOptions(1, 1, Precision.FP32);
    UserException device = assertThrows(UserException.class, () -> Backends.open(name, second));
    assertTrue(device.getMessage().contains("no device 1, only 0"), device.getMessage());
    assertEquals(1, device.getMessage().lines().count());
  }
}
