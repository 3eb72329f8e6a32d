package lanewise.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateDictFileTest {
  private static final Path TORCH = Path.of("src/test/resources/lanewise/io/torch");

  @TempDir Path folder;

  @Test
  void contentDecidesNotTheName() throws IOException {
    Path named = folder.resolve("weights.pth");
    Safetensors.write(
        named, List.of(new TensorEntry("w", new long[] {2, 1}, new float[] {1, 2})), Map.of());
    TensorEntry tensor = StateDictFile.read(named).getFirst();
    assertEquals("w", tensor.name());
    assertArrayEquals(new long[] {2, 1}, tensor.shape());
    assertArrayEquals(new float[] {1, 2}, tensor.data());
    for (String file : List.of("zip-2.pth", "legacy-2.pth")) {
      Path other = Files.copy(TORCH.resolve(file), folder.resolve(file + ".safetensors"));
      List<TensorEntry> tensors = StateDictFile.read(other);
      assertEquals(20, tensors.size());
      assertArrayEquals(new float[] {4, 6}, tensors.get(14).data());
    }
  }

  @Test
  void readsTheStateDictThatIsNamed() {
    assertEquals(2, StateDictFile.read(TORCH.resolve("two.pth"), "gan.D").size());
    assertRefused(() -> StateDictFile.read(TORCH.resolve("two.pth")), "two.pth", "'gan.G'");
    Path safetensors = folder.resolve("a.safetensors");
    Safetensors.write(safetensors, List.of(), Map.of());
    assertRefused(() -> StateDictFile.read(safetensors, "G"), "leave out --state-dict");
  }

  @ParameterizedTest
  @CsvSource({
    "7f454c46020101000000, 7f 45 4c 46",
    "ffffffffffffffff7b7d, ff ff ff ff",
    "894844460d0a1a0a00, 89 48 44 46",
  })
  void otherContentIsNamedByItsBytes(String hex, String shown) throws IOException {
    Path file = folder.resolve("model.pth");
    Files.write(file, HexFormat.of().parseHex(hex));
    assertRefused(() -> StateDictFile.read(file), shown, "safetensors", ".pth");
  }

  @Test
  void whatCannotBeReadIsNamed() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.pth"));
    assertRefused(() -> StateDictFile.read(empty), "empty.pth: it is empty");
    assertRefused(() -> StateDictFile.read(folder), "a folder");
    assertRefused(() -> StateDictFile.read(folder.resolve("none.pth")), "none.pth: no such file");
    assertRefused(
        () -> StateDictFile.read(TORCH.resolve("command.pth")), "command.pth", "'posix.system'");
  }

  private static void assertRefused(Executable reading, String... parts) {
    String message = assertThrows(UserException.class, reading).getMessage();
    assertEquals(1, message.lines().count(), message);
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "no '" + part + "' in: " + message);
    }
  }
}
