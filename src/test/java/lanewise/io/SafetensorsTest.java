package lanewise.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import lanewise.UserException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("model.safetensors");
  }

  @Test
  void bytesAreThoseOfTheFormat() throws IOException {
    Safetensors.write(
        file,
        List.of(
            new TensorEntry("b", new long[] {1, 2}, new float[] {1, -2}),
            new TensorEntry("a", new long[] {}, new float[] {0.5f})),
        Map.of("format", "pt"));
    String header =
        """
        {"__metadata__":{"format":"pt"},\
        "b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},\
        "a":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}\
        """;
    int padded = Math.ceilDiv(header.length(), 8) * 8;
    ByteBuffer expected = ByteBuffer.allocate(8 + padded + 12).order(ByteOrder.LITTLE_ENDIAN);
    expected.putLong(padded);
    expected.put((header + " ".repeat(padded - header.length())).getBytes(StandardCharsets.UTF_8));
    expected.putFloat(1).putFloat(-2).putFloat(0.5f);
    assertArrayEquals(expected.array(), Files.readAllBytes(file));
  }

  @Test
  void readsWhatItWrote() {
    var random = new SplittableRandom(1);
    float[] large = new float[3 * 5 * 7 * 1009];
    for (int i = 0; i < large.length; i++) {
      large[i] = Float.intBitsToFloat(random.nextInt());
    }
    Safetensors.write(
        file,
        List.of(
            new TensorEntry("main.0.weight", new long[] {3, 5, 7, 1009}, large),
            new TensorEntry("empty", new long[] {0, 4}, new float[0]),
            new TensorEntry("scalar", new long[] {}, new float[] {-0f}),
            new TensorEntry("schön \"q\"", new long[] {1}, new float[] {3})),
        Map.of("options", "{\"norm\":\"batch\"}", "line", "a\nb"));
    try (Safetensors read = Safetensors.open(file)) {
      assertEquals(
          List.of("main.0.weight", "empty", "scalar", "schön \"q\""), List.copyOf(read.names()));
      assertEquals(Map.of("options", "{\"norm\":\"batch\"}", "line", "a\nb"), read.metadata());
      assertArrayEquals(new long[] {3, 5, 7, 1009}, read.shape("main.0.weight"));
      assertArrayEquals(new long[] {0, 4}, read.shape("empty"));
      assertArrayEquals(new long[] {}, read.shape("scalar"));
      assertBitsEqual(large, read.floats("main.0.weight"));
      assertBitsEqual(new float[0], read.floats("empty"));
      assertBitsEqual(new float[] {-0f}, read.floats("scalar"));
      assertBitsEqual(new float[] {3}, read.floats("schön \"q\""));
    }
  }

  @Test
  void fileWithoutTensors() {
    Safetensors.write(file, List.of(), Map.of());
    try (Safetensors read = Safetensors.open(file)) {
      assertTrue(read.names().isEmpty());
      assertTrue(read.metadata().isEmpty());
    }
  }

  @Test
  void readsOtherTypesAsFloats() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    data.putDouble(0.1).putLong(-7).putInt(1 << 30);
    data.putShort((short) 0x3C01).putShort((short) 0xC000);
    data.putShort((short) 0xBFC0).putShort((short) -300);
    data.put((byte) -5).put((byte) 200).put((byte) 1).put((byte) 0);
    writeRaw(
        """
        {"f64":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},
         "i64":{"dtype":"I64","shape":[],"data_offsets":[8,16]},
         "i32":{"dtype":"I32","shape":[1],"data_offsets":[16,20]},
         "f16":{"dtype":"F16","shape":[2],"data_offsets":[20,24]},
         "bf16":{"dtype":"BF16","shape":[1],"data_offsets":[24,26]},
         "i16":{"dtype":"I16","shape":[1],"data_offsets":[26,28]},
         "i8":{"dtype":"I8","shape":[1],"data_offsets":[28,29]},
         "u8":{"dtype":"U8","shape":[1],"data_offsets":[29,30]},
         "bool":{"dtype":"BOOL","shape":[2],"data_offsets":[30,32]}}\
        """,
        data.array(),
        32);
    try (Safetensors read = Safetensors.open(file)) {
      assertBitsEqual(new float[] {0.1f}, read.floats("f64"));
      assertBitsEqual(new float[] {-7}, read.floats("i64"));
      assertBitsEqual(new float[] {1 << 30}, read.floats("i32"));
      assertBitsEqual(new float[] {1.0009765625f, -2}, read.floats("f16"));
      assertBitsEqual(new float[] {-1.5f}, read.floats("bf16"));
      assertBitsEqual(new float[] {-300}, read.floats("i16"));
      assertBitsEqual(new float[] {-5}, read.floats("i8"));
      assertBitsEqual(new float[] {200}, read.floats("u8"));
      assertBitsEqual(new float[] {1, 0}, read.floats("bool"));
    }
  }

  @Test
  void tensorsNeedNotBeInHeaderOrder() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(1).putFloat(2);
    writeRaw(entry("z", "[1]", "[4,8]", entry("a", "[1]", "[0,4]", "")), data.array(), 8);
    try (Safetensors read = Safetensors.open(file)) {
      assertEquals(List.of("z", "a"), List.copyOf(read.names()));
      assertEquals(2, read.floats("z")[0]);
      assertEquals(1, read.floats("a")[0]);
    }
  }

  @Test
  void missingTensorIsNamedWithThoseThatExist() {
    Safetensors.write(
        file, List.of(new TensorEntry("main.0.weight", new long[] {0}, new float[0])), Map.of());
    try (Safetensors read = Safetensors.open(file)) {
      assertOneLine(
          assertThrows(UserException.class, () -> read.floats("main.0.bias")),
          "'main.0.bias'",
          "'main.0.weight'");
    }
  }

  @Test
  void writerRefusesNamesUsedTwice() {
    TensorEntry tensor = new TensorEntry("a", new long[] {0}, new float[0]);
    assertThrows(
        IllegalArgumentException.class,
        () -> Safetensors.write(file, List.of(tensor, tensor), Map.of()));
    assertFalse(Files.exists(file));
  }

  @Test
  void entryRefusesDataThatIsNotItsShape() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new TensorEntry("a", new long[] {2, 3}, new float[5]));
    assertThrows(
        IllegalArgumentException.class, () -> new TensorEntry("a", new long[] {-1}, new float[0]));
  }

  // Hostile and damaged files.

  @Test
  void missingFileAndFolder() {
    assertRefused("no such file");
    assertOneLine(assertThrows(UserException.class, () -> Safetensors.open(folder)), "a folder");
  }

  @Test
  void fileShorterThanItsLengthField() throws IOException {
    Files.write(file, new byte[7]);
    assertRefused("only 7 bytes");
  }

  @ParameterizedTest
  @CsvSource({"9, 9", "100000001, 100000001", "-1, 18446744073709551615"})
  void headerLongerThanTheFileOrAnyFile(long length, String shown) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(file, bytes.putLong(length).put("{}      ".getBytes()).array());
    assertRefused(shown + " bytes", "has 16");
  }

  @Test
  void headerBeyondTheLimitInAFileThatHasIt() throws IOException {
    try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(200_000_000);
      sparse.writeLong(Long.reverseBytes(100_000_001));
    }
    assertRefused("100000001");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1, 2]           | not a JSON object",
        "hello            | not valid",
        "{\"a\":          | not valid: Unexpected end-of-input within/between Object entries;",
        "{} {}            | more than one",
        "{\"a\": 3}       | 'a' is not a JSON object",
        "{\"a\": {}}      | lacks",
        "{\"__metadata__\": {\"k\": 1}} | 'k' is not a string",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}} | shape is not an array",
        "{\"a\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[0,8]}} | type 'F4'",
      })
  void headerThatIsNotOne(String header, String problem) throws IOException {
    writeRaw(header, new byte[8], 8);
    assertRefused(problem);
  }

  @Test
  void headerThatWouldTakeLong() throws IOException {
    writeRaw("{\"a\":{\"x\":" + "[".repeat(1_000_000), new byte[8], 8);
    assertRefused("not valid");
    writeRaw(entry("a", "[" + "9".repeat(1_000_000) + "]", "[0,8]", ""), new byte[8], 8);
    assertRefused("not valid");
    writeRaw(entry("a", "[" + "1,".repeat(100_000) + "2]", "[0,8]", ""), new byte[8], 8);
    assertRefused("'a'", "more than 64 numbers");
    writeRaw(entry("a".repeat(1_000_000), "[1]", "[0,8]", ""), new byte[8], 8);
    assertRefused("not valid");
  }

  @Test
  void headerThatIsNotUtf8() throws IOException {
    byte[] header = "{\"?\": {}}".getBytes(StandardCharsets.US_ASCII);
    header[2] = (byte) 0xFF;
    writeRaw(header, new byte[0], 0);
    assertRefused("not valid");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[2]      | [-8,0]   | data_offsets holds -8",
        "[-2]     | [0,8]    | shape holds -2",
        "[2]      | [0,8,8]  | not two numbers",
        "[2]      | [8,0]    | 8 to 0",
        "[2]      | [8,16]   | 8 to 16",
        "[3]      | [0,8]    | does not fill",
        "[1]      | [0,8]    | does not fill",
        "[2.0]    | [0,8]    | other than whole numbers",
        "[2]      | [0,8e0]  | other than whole numbers",
        "[9223372036854775807,4]          | [0,8] | too large",
        "[4294967296,4294967296,1]        | [0,8] | too large",
        "[2147483648,2147483648]          | [0,8] | too large",
        "[4611686018427387904]            | [0,8] | too large",
        "[1000000000000]                  | [0,8] | does not fill",
        "[99999999999999999999]           | [0,8] | not valid",
        "[1]      | [0,4]    | 4 bytes at its end",
        "[1]      | [4,8]    | hole",
      })
  void rangeThatIsNotTheTensors(String shape, String range, String problem) throws IOException {
    writeRaw(entry("t", shape, range, ""), new byte[8], 8);
    assertRefused(problem);
  }

  @Test
  void overlap() throws IOException {
    writeRaw(entry("a", "[2]", "[0,8]", entry("b", "[2]", "[4,12]", "")), new byte[12], 12);
    assertRefused("'b'", "start at 4", "ends at 8");
  }

  @Test
  void sameRangeTwice() throws IOException {
    writeRaw(entry("a", "[2]", "[0,8]", entry("b", "[2]", "[0,8]", "")), new byte[8], 8);
    assertRefused("'b'", "start at 0", "ends at 8");
  }

  @Test
  void sameNameTwice() throws IOException {
    writeRaw(entry("a", "[1]", "[0,4]", entry("a", "[1]", "[4,8]", "")), new byte[8], 8);
    assertRefused("Duplicate", "'a'");
  }

  @Test
  void truncatedData() throws IOException {
    writeRaw(entry("a", "[2]", "[0,8]", ""), new byte[8], 7);
    assertRefused("'a'", "0 to 8", "7 bytes of data");
  }

  @Test
  void namesCannotWriteToTheTerminal() throws IOException {
    writeRaw(
        entry("a\\u001b[31m\\nb\\u202e" + "x".repeat(1000), "[2]", "[0,4]", ""), new byte[4], 4);
    UserException e = assertThrows(UserException.class, () -> Safetensors.open(file));
    assertOneLine(e, "'a?[31m?b?xxx");
    assertTrue(e.getMessage().length() < 500, e.getMessage());
    assertTrue(e.getMessage().chars().noneMatch(c -> c < ' ' || c == 0x202E), e.getMessage());
  }

  @Test
  void tensorLargerThanAnArray() throws IOException {
    long elements = 1L << 31;
    String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]}}";
    writeRaw(header.formatted(elements, elements), new byte[0], 0);
    try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(sparse.length() + elements);
    }
    try (Safetensors read = Safetensors.open(file)) {
      assertArrayEquals(new long[] {elements}, read.shape("a"));
      assertOneLine(assertThrows(UserException.class, () -> read.floats("a")), "'a'", "2147483648");
    }
  }

  private static String entry(String name, String shape, String range, String others) {
    String rest = others.isEmpty() ? "}" : "," + others.substring(1);
    return "{\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":%s}%s"
        .formatted(name, shape, range, rest);
  }

  private void writeRaw(String header, byte[] data, int dataBytes) throws IOException {
    writeRaw(header.getBytes(StandardCharsets.UTF_8), data, dataBytes);
  }

  private void writeRaw(byte[] header, byte[] data, int dataBytes) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + dataBytes);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header);
    Files.write(file, bytes.put(data, 0, dataBytes).array());
  }

  private void assertRefused(String... parts) {
    assertOneLine(assertThrows(UserException.class, () -> Safetensors.open(file)), parts);
  }

  private void assertOneLine(UserException e, String... parts) {
    assertTrue(e.getMessage().contains(folder.toString()), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  private static void assertBitsEqual(float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(
          Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(actual[i]), "element " + i);
    }
  }
}
