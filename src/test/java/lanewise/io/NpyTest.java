package lanewise.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import lanewise.UserException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of NumPy's own, made by {@code make_files.py} beside them, and files that are broken. */
class NpyTest {
  private static final Path FILES = Path.of("src/test/resources/lanewise/io/npy");

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("array.npy");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "little-f2",
        "little-f4",
        "little-f8",
        "big-f2",
        "big-f4",
        "big-f8",
        "little-i2",
        "little-i4",
        "little-i8",
        "big-i2",
        "big-i4",
        "big-i8",
        "i1",
        "version-2",
        "version-3"
      })
  void readsTypesOrdersAndVersions(String name) {
    Npy.Array array = Npy.read(FILES.resolve(name + ".npy"));
    assertArrayEquals(new long[] {2, 3}, array.shape());
    assertArrayEquals(new float[] {-2, -1, 0, 1, 2, 3}, array.data());
  }

  @Test
  void readsOtherShapesAndTypes() {
    assertArrayEquals(
        new float[] {200, 201, 202, 203, 204, 205}, Npy.read(FILES.resolve("u1.npy")).data());
    assertArrayEquals(new float[] {0, 0, 0, 1, 1, 1}, Npy.read(FILES.resolve("bool.npy")).data());
    Npy.Array scalar = Npy.read(FILES.resolve("scalar.npy"));
    assertArrayEquals(new long[0], scalar.shape());
    assertArrayEquals(new float[] {1.5f}, scalar.data());
    assertArrayEquals(new long[] {0, 3}, Npy.read(FILES.resolve("empty.npy")).shape());
    Npy.Array fortran = Npy.read(FILES.resolve("fortran.npy"));
    assertArrayEquals(new long[] {2, 3, 4}, fortran.shape());
    for (int i = 0; i < 24; i++) {
      assertEquals(i, fortran.data()[i]);
    }
  }

  @Test
  void bytesAreNumPys() throws IOException {
    Npy.write(file, new long[] {2, 3}, new float[] {-2, -1, 0, 1, 2, 3});
    byte[] expected = Files.readAllBytes(FILES.resolve("little-f4.npy"));
    byte[] written = Files.readAllBytes(file);
    assertEquals(expected.length, written.length);
    assertArrayEquals(
        Arrays.copyOfRange(expected, 128, 152), Arrays.copyOfRange(written, 128, 152));
    assertEquals(
        new String(expected, 0, 128, StandardCharsets.ISO_8859_1),
        new String(written, 0, 128, StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16_384, 16_385, 100_000})
  void readsWhatItWrote(int elements) {
    float[] data = new float[elements];
    for (int i = 0; i < elements; i++) {
      data[i] = Float.intBitsToFloat(i * 0x01000193);
    }
    Npy.write(file, new long[] {elements, 1}, data);
    Npy.Array read = Npy.read(file);
    assertArrayEquals(new long[] {elements, 1}, read.shape());
    assertArrayEquals(data, read.data());
  }

  @Test
  void refusesDataThatIsNotItsShape() {
    assertThrows(
        IllegalArgumentException.class, () -> Npy.write(file, new long[] {2}, new float[3]));
  }

  @ParameterizedTest
  @CsvSource({"complex, '<c8'", "object, '|O'", "record, its header is"})
  void refusesOtherTypes(String name, String shown) {
    assertRefused(FILES.resolve(name + ".npy"), shown);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }          | needs 12 bytes, 8",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }          | needs 4 bytes, 8",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }         | shape is '-2,'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0,), }        | shape is '2.0,'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483648,), } | one array",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536, 65536, 65536), } | one",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), } | one array",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }  | shape is",
        "{'descr': '<f4', 'fortran_order': False}                           | header is",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}                | header is",
        "{'descr': True, 'fortran_order': False, 'shape': (2,)}             | header is",
        "{'descr': '', 'fortran_order': False, 'shape': (2,)}               | elements are ''",
        "{'descr': 'xf4', 'fortran_order': False, 'shape': (2,)}            | elements are 'xf4'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': __import__('os')} | header is",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} + 1        | header is",
        "                                                                   | header is",
      })
  void refusesHeadersThatAreNotOne(String header, String problem) throws IOException {
    write(header == null ? "" : header);
    assertRefused(file, problem);
  }

  @Test
  void refusesAHeaderThatWouldTakeLong() throws IOException {
    write("{" + " ".repeat(9000));
    assertRefused(file, "header is");
    write("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1,".repeat(65) + ")}");
    assertRefused(file, "65 sizes");
    ByteBuffer bytes = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0}).putInt(0xFFFFFFF0);
    Files.write(file, bytes.array());
    assertRefused(file, "4294967280 bytes");
  }

  @Test
  void refusesWhatIsCutOffOrSomethingElse() throws IOException {
    byte[] whole = Files.readAllBytes(FILES.resolve("little-f4.npy"));
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(file);
    }
    Files.writeString(file, "P5 not NumPy's at all");
    assertRefused(file, "NUMPY");
    assertRefused(folder, "a folder");
    assertRefused(folder.resolve("none.npy"), "no such file");
  }

  private void write(String header) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(10 + header.length() + 8);
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    bytes.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    Files.write(file, bytes.array());
  }

  private static void assertRefused(Path file, String... parts) {
    String message = assertThrows(UserException.class, () -> Npy.read(file)).getMessage();
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.contains(file.toString()), message);
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "no '" + part + "' in: " + message);
    }
  }
}
