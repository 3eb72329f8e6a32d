package lanewise.io.torch;

import static lanewise.io.torch.TorchFileTest.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that nobody's PyTorch wrote: each is refused in one line, soon, in little memory. */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class HostileTorchFileTest {
  private static final long[] ONE = {1};

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("model.pth");
  }

  private void writeZip(byte[] pickle, byte[] storage) throws IOException {
    Pickle.zip(file, ZipEntry.STORED, "m/data.pkl", pickle, "m/data/0", storage);
  }

  private void assertPickleRefused(byte[] pickle, String... parts) throws IOException {
    writeZip(pickle, new byte[8]);
    assertRefused(() -> TorchFile.read(file), parts);
    boolean hasStorage = new String(pickle, StandardCharsets.ISO_8859_1).contains("storage");
    Files.write(
        file, hasStorage ? Pickle.legacy(pickle, "0", 2, new byte[8]) : Pickle.legacy(pickle));
    assertRefused(() -> TorchFile.read(file), parts);
  }

  @Test
  void whatTheTestsWriteIsReadIfItIsRight() throws IOException {
    byte[] pickle = Pickle.oneTensor(2, 0, new long[] {2}, ONE);
    byte[] data = Pickle.floats(1.5f, -2);
    writeZip(pickle, data);
    assertArrayEquals(new float[] {1.5f, -2}, TorchFile.read(file).getFirst().values());
    Files.write(file, Pickle.legacy(pickle, "0", 2, data));
    assertArrayEquals(new float[] {1.5f, -2}, TorchFile.read(file).getFirst().values());
  }

  @Test
  void bytesOfABigEndianMachineAreTurned() throws IOException {
    byte[] data = ByteBuffer.allocate(8).putFloat(1.5f).putFloat(-2).array();
    byte[] pickle = Pickle.oneTensor(2, 0, new long[] {2}, ONE);
    Object[] entries = {
      "m/data.pkl", pickle, "m/data/0", data, "m/byteorder", "big".getBytes(StandardCharsets.UTF_8)
    };
    Pickle.zip(file, ZipEntry.STORED, entries);
    assertArrayEquals(new float[] {1.5f, -2}, TorchFile.read(file).getFirst().values());
    entries[5] = "middle".getBytes(StandardCharsets.UTF_8);
    Pickle.zip(file, ZipEntry.STORED, entries);
    assertRefused(() -> TorchFile.read(file), "byte order is 'middle'");
  }

  @Test
  void pairsOfPython2AreADict() throws IOException {
    byte[] pickle =
        Pickle.begin()
            .global("collections", "OrderedDict")
            .op(']', ']', '(')
            .op('U', 1, 'w')
            .tensor("FloatStorage", "0", 2, 0, new long[] {2}, ONE)
            .op('e', 'a', 0x85, 'R')
            .end();
    writeZip(pickle, Pickle.floats(1, 2));
    assertEquals("w", TorchFile.read(file).getFirst().name());
  }

  @Test
  void tensorsOfTheFirstVersionsAreRead() throws IOException {
    byte[] pickle =
        Pickle.begin()
            .op('}')
            .text("w")
            .global("torch._utils", "_rebuild_tensor")
            .op('(')
            .storage("torch.cuda", "HalfStorage", "0", 2)
            .number(1)
            .numbers(1)
            .numbers(1)
            .op('t', 'R', 's')
            .end();
    writeZip(pickle, new byte[] {0, 0, 0, (byte) 0xC0});
    TorchTensor tensor = TorchFile.read(file).getFirst();
    assertEquals(Dtype.F16, tensor.dtype());
    assertArrayEquals(new float[] {-2}, tensor.values());
  }

  @Test
  void storagesThatArePartsOfOthersAreRefused() throws IOException {
    byte[] pickle =
        Pickle.begin()
            .op('(')
            .text("storage")
            .global("torch", "FloatStorage")
            .text("1")
            .text("cpu")
            .number(2)
            .op('(')
            .text("0")
            .numbers(0, 2)
            .op('t', 't', 'Q')
            .end();
    assertPickleRefused(pickle, "before 0.4", "load it in PyTorch");
  }

  // Code.

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "builtins, eval",
    "__builtin__, exec",
    "torch, load",
    "torch.storage, _load_from_bytes",
    "torch._utils, _rebuild_sparse_tensor",
    "torch, nn.Module",
    "collections, OrderedDict.fromkeys",
    "torch._utils, _rebuild_tensor_v2.__globals__",
    "torch, ComplexFloatStorage",
    "'', ''",
  })
  void globalsThatAreNotOnTheList(String module, String name) throws IOException {
    byte[] called = Pickle.begin().global(module, name).text("x").op(0x85, 'R').end();
    assertPickleRefused(called, "'" + module + "." + name + "'", "state_dict()", "safetensors");
    byte[] fromStack =
        Pickle.begin().text(module).text(name).op(0x93).text("x").op(0x85, 'R').end();
    assertPickleRefused(fromStack, "'" + module + "." + name + "'");
  }

  @Test
  void namesCannotWriteToTheTerminal() throws IOException {
    byte[] pickle = Pickle.begin().global("a\u001b[31m\u202e", "x".repeat(5000)).end();
    assertPickleRefused(pickle, "'a?[31m?.xxx");
  }

  @ParameterizedTest
  @ValueSource(ints = {'i', 'o', 0x92, 0x82, 0x83, 0x84, 'P', 'I', 'S', 'V', '2', 0x97, 0xFF})
  void operationsThatMakeObjectsOrAreUnknown(int operation) throws IOException {
    byte[] pickle =
        Pickle.begin().global("collections", "OrderedDict").op(')', operation, 'x', '\n').end();
    assertPickleRefused(pickle, "operation 0x%02x".formatted(operation));
  }

  @Test
  void namesThatAreKnownToBeHarmlessMakeNothing() throws IOException {
    Pickle pickle = Pickle.begin().op('}', '(');
    int key = 0;
    for (Object[] name : NAMES_OF_CHECKPOINTS) {
      String module = (String) name[0];
      // Called, with attributes, and as the class of a new object.
      pickle.text("called" + key).global(module, (String) name[1]).text("x").op(0x85, 'R');
      pickle.op('}').text("__class__").text("y").op('s', 'b');
      pickle.text("new" + key++).global(module, (String) name[1]).op(')', 0x81);
    }
    pickle.text("w").tensor("FloatStorage", "0", 2, 0, new long[] {2}, ONE);
    writeZip(pickle.op('u').end(), Pickle.floats(1, 2));
    List<TorchTensor> read = TorchFile.read(file);
    assertEquals(List.of("w"), read.stream().map(TorchTensor::name).toList());
  }

  private static final Object[][] NAMES_OF_CHECKPOINTS = {
    {"argparse", "Namespace"},
    {"pathlib", "PosixPath"},
    {"numpy", "dtype"},
    {"numpy.core.multiarray", "scalar"},
    {"numpy._core.multiarray", "_reconstruct"},
    {"_codecs", "encode"},
    {"__builtin__", "set"},
  };

  @Test
  void harmlessNamesAreNeitherContainersNorArguments() throws IOException {
    Pickle namespace = Pickle.begin().global("argparse", "Namespace").op(')', 0x81);
    assertPickleRefused(namespace.end(), "no state dict, but something else");
    assertPickleRefused(
        Pickle.begin().global("argparse", "Namespace").op(')', 0x81, 'N', 'N', 's').end(),
        "no dict");
    assertPickleRefused(
        Pickle.begin().global("argparse", "Namespace").op(')', 0x81, ')', 'R').end(),
        "cannot be called");
    assertPickleRefused(
        Pickle.begin()
            .global("torch", "Size")
            .global("numpy.core.multiarray", "scalar")
            .op(')', 'R', 0x85, 'R')
            .end(),
        "no Tuple");
    assertPickleRefused(
        Pickle.begin().global("torch", "float32").op(')', 0x81).end(), "cannot be called");
  }

  // Pickles that are broken.

  @Test
  void pickleThatMisusesItsStack() throws IOException {
    assertPickleRefused(Pickle.begin().end(), "takes a value");
    assertPickleRefused(Pickle.begin().op('(').end(), "takes a value");
    assertPickleRefused(Pickle.begin().op('N', 'N').end(), "left over");
    assertPickleRefused(Pickle.begin().op('t').end(), "lacks a mark");
    assertPickleRefused(Pickle.begin().op('h', 9).end(), "did not store");
    assertPickleRefused(Pickle.begin().op('N', 'N', 'a').end(), "no list");
    assertPickleRefused(Pickle.begin().op('N', 'N', 'N', 's').end(), "no dict");
    assertPickleRefused(Pickle.begin().op('}', '(', 'N', 'u').end(), "no dict");
    assertPickleRefused(Pickle.begin().op('N', ')', 'R').end(), "cannot be called");
    assertPickleRefused(Pickle.begin().op('N', 'Q').end(), "no storage");
    assertPickleRefused(Pickle.begin().op(']', 'N', 'b').end(), "attributes");
    assertPickleRefused(Pickle.begin().op('N', 'N', 0x93).end(), "no text");
    assertPickleRefused(
        Pickle.begin().global("torch._utils", "_rebuild_tensor_v2").op(')', 'R').end(),
        "missing or no Storage");
    assertPickleRefused(
        Pickle.begin().global("collections", "OrderedDict").op('K', 1, 0x85, 'R').end(), "pairs");
  }

  @ParameterizedTest
  @CsvSource({"X, 4, 4294967295", "B, 4, 2147483647", "U, 1, 255", "T, 4, 2147483648"})
  void lengthsThatAreNotThere(char operation, int size, long length) throws IOException {
    byte[] pickle = Pickle.begin().op(operation).little(size, length).end();
    assertPickleRefused(pickle, "needs " + length + " bytes");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE})
  void longLengthsThatAreNotThere(long length) throws IOException {
    byte[] pickle = Pickle.begin().op(0x8d).little(8, length).end();
    assertPickleRefused(pickle, "needs " + Long.toUnsignedString(length) + " bytes");
  }

  @Test
  void aPickleThatIsNotOne() throws IOException {
    writeZip("hello".getBytes(StandardCharsets.UTF_8), new byte[8]);
    assertRefused(() -> TorchFile.read(file), "protocol 2 to 5");
    writeZip(new byte[] {(byte) 0x80, 9, 'N', '.'}, new byte[8]);
    assertRefused(() -> TorchFile.read(file), "protocol 9");
    Files.write(file, Pickle.begin().op('}').end());
    assertRefused(() -> TorchFile.read(file), "not one of torch.save");
    Files.write(file, Pickle.begin().op('N').end());
    assertRefused(() -> TorchFile.read(file), "not one of torch.save");
  }

  // Bombs.

  @Test
  void containersThatHoldThemselves() throws IOException {
    byte[] pickle = Pickle.begin().op('}', 'q', 0).text("a").op('h', 0, 's', 'h', 0, '0').end();
    assertPickleRefused(pickle, "no state dict, but a dict of 'a'");
    byte[] asItsKey = Pickle.begin().op('}', 'q', 0, 'h', 0, 'h', 0, 's').end();
    assertPickleRefused(asItsKey, "a dict of another key");
  }

  @Test
  void deepNesting() throws IOException {
    int depth = 400_000;
    Pickle pickle = Pickle.begin();
    for (int i = 0; i < depth; i++) {
      pickle.op('}', 'U', 1, 'a');
    }
    pickle.op('N');
    for (int i = 0; i < depth; i++) {
      pickle.op('s');
    }
    assertPickleRefused(pickle.end(), "no state dict, but a dict of 'a'");
  }

  @Test
  void doublingReferences() throws IOException {
    // Each dict holds the one before twice: 2^60 paths for 60 dicts.
    Pickle pickle = Pickle.begin().op('}', 'q', 0, '0');
    for (int i = 1; i <= 60; i++) {
      pickle.op('}', 'q', i, '(').text("a").op('h', i - 1).text("b").op('h', i - 1, 'u', '0');
    }
    assertPickleRefused(pickle.op('h', 60).end(), "a dict of 'a', 'b'");
  }

  @Test
  void manyCopiesOfALargeContainer() throws IOException {
    Pickle pickle = Pickle.begin().op('}', 'q', 0, '(');
    for (int i = 0; i < 100_000; i++) {
      pickle.number(i).op('N');
    }
    pickle.op('u', '0').op(']', '(');
    for (int i = 0; i < 100_000; i++) {
      pickle.global("collections", "Counter").op('h', 0, 0x85, 'R');
    }
    assertPickleRefused(pickle.op('e').end(), "2000000 steps");
  }

  @Test
  void manySteps() throws IOException {
    byte[] lists = new byte[3_000_000];
    Arrays.fill(lists, (byte) ']');
    assertPickleRefused(Pickle.begin().raw(lists).end(), "2000000 steps");
  }

  @Test
  void pickleLargerThanAny() throws IOException {
    byte[] text = new byte[17 << 20];
    writeZip(Pickle.begin().op('B').little(4, text.length).raw(text).end(), new byte[8]);
    assertRefused(() -> TorchFile.read(file), "17825800 bytes");
    Files.write(
        file,
        Pickle.legacy(
            Pickle.begin().op('B').little(4, text.length).raw(text).end(), "0", 2, new byte[8]));
    assertRefused(() -> TorchFile.read(file), "needs 17825792 bytes");
  }

  @Test
  void memoAtHugeIndices() throws IOException {
    byte[] pickle = Pickle.begin().op('N', 'r').little(4, 0xFFFFFFFFL).end();
    assertPickleRefused(pickle, "something else");
  }

  // Tensors that are not there.

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2  | 0 | 3 | 1 | outside",
        "2  | 1 | 2 | 1 | outside",
        "2  | 0 | 2 | 2 | outside",
        "2  | 2 | 1 | 1 | outside",
        "2  | 0 | 2 | 9223372036854775807 | too large",
        "2  | 9223372036854775807 | 2 | 1 | too large",
        "2  | 0 | -1 | 1 | shape [-1]",
        "2  | 0 | 2 | -1 | strides [-1]",
        "2  | -1 | 2 | 1 | offset -1",
        "-1 | 0 | 1 | 1 | outside",
        "3  | 0 | 3 | 1 | 3 elements",
        "1  | 0 | 1 | 1 | 1 elements",
        "4611686018427387904 | 0 | 1 | 1 | elements",
        "4611686018427387906 | 0 | 1 | 1 | elements",
        "2  | 0 | 2147483647 | 0 | one array",
        "2  | 0 | 2000000 | 0 | more than 16 times",
        "1000000000000 | 0 | 2 | 99999999999 | elements",
      })
  void viewsThatAreNotWithinTheirStorage(
      long elements, long offset, long size, long stride, String problem) throws IOException {
    byte[] pickle = Pickle.oneTensor(elements, offset, new long[] {size}, new long[] {stride});
    assertPickleRefused(pickle, problem);
  }

  @Test
  void shapesThatOverflow() throws IOException {
    long[] shape = {1L << 32, 1L << 32, 1};
    assertPickleRefused(Pickle.oneTensor(2, 0, shape, new long[3]), "too large");
    long[] wrapping = {1L << 62, 4};
    assertPickleRefused(Pickle.oneTensor(2, 0, wrapping, new long[2]), "too large");
    assertPickleRefused(Pickle.oneTensor(2, 0, new long[2], ONE), "shape [0, 0], strides [1]");
    long[] dimensions = new long[65];
    Arrays.fill(dimensions, 1);
    assertPickleRefused(Pickle.oneTensor(2, 0, dimensions, dimensions), "65 dimensions");
  }

  @Test
  void strideOfADimensionOfOneMeansNothing() throws IOException {
    long[] stride = {Long.MAX_VALUE, 0, 1};
    writeZip(Pickle.oneTensor(2, 0, new long[] {1, 2, 2}, stride), Pickle.floats(1, 2));
    assertArrayEquals(new float[] {1, 2, 1, 2}, TorchFile.read(file).getFirst().values());
  }

  @Test
  void storageAnnouncedTwice() throws IOException {
    byte[] pickle =
        Pickle.begin()
            .op('}')
            .text("a")
            .tensor("FloatStorage", "0", 2, 0, ONE, ONE)
            .op('s')
            .text("b")
            .tensor("DoubleStorage", "0", 1, 0, ONE, ONE)
            .op('s')
            .end();
    assertPickleRefused(pickle, "storage '0' twice");
  }

  @Test
  void keysAreNeverPaths() throws IOException {
    Path secret = Files.write(folder.resolve("secret"), new byte[8]);
    for (String key : List.of("../../secret", secret.toString(), "x\u0000", "")) {
      byte[] pickle =
          Pickle.begin()
              .op('}')
              .text("w")
              .tensor("FloatStorage", key, 2, 0, ONE, ONE)
              .op('s')
              .end();
      writeZip(pickle, new byte[8]);
      assertRefused(() -> TorchFile.read(file), "lacks the storage");
      Files.write(file, Pickle.legacy(pickle, "0", 2, new byte[8]));
      assertRefused(() -> TorchFile.read(file), "a storage that no tensor has");
    }
  }

  @Test
  void manyViewsOfOneStorage() throws IOException {
    int elements = 1 << 20;
    Pickle pickle = Pickle.begin().op('}');
    for (int i = 0; i < 40; i++) {
      long[] stride = {elements - 1 - i};
      pickle.text("w" + i).tensor("FloatStorage", "0", elements, 0, new long[] {2}, stride).op('s');
    }
    writeZip(pickle.end(), new byte[4 * elements]);
    assertRefused(() -> TorchFile.read(file), "more than 16 times");
  }

  // Containers that lie.

  @Test
  void compressedEntries() throws IOException {
    byte[] pickle = Pickle.oneTensor(1 << 24, 0, ONE, ONE);
    Pickle.zip(file, ZipEntry.DEFLATED, "m/data.pkl", pickle, "m/data/0", new byte[1 << 26]);
    assertTrue(Files.size(file) < 100_000);
    assertRefused(() -> TorchFile.read(file), "'data.pkl' is compressed");
  }

  @Test
  void entriesThatAreLargerThanTheFile() throws IOException {
    writeZip(Pickle.oneTensor(2, 0, ONE, ONE), new byte[8]);
    byte[] zip = Files.readAllBytes(file);
    // Sizes in the central directory, 20 bytes into the last of its headers.
    ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int header = zip.length - 22;
    while (bytes.getInt(header) != 0x02014b50) {
      header--;
    }
    bytes.putInt(header + 20, 0x7FFFFFF0).putInt(header + 24, 0x7FFFFFF0);
    Files.write(file, zip);
    assertRefused(() -> TorchFile.read(file));
  }

  @Test
  void archivesWithoutOnePickle() throws IOException {
    Pickle.zip(file, ZipEntry.STORED, "readme.txt", new byte[3]);
    assertRefused(() -> TorchFile.read(file), "no data.pkl");
    Pickle.zip(file, ZipEntry.STORED, "a/data.pkl", new byte[3], "b/data.pkl", new byte[3]);
    assertRefused(() -> TorchFile.read(file), "more than one data.pkl");
  }

  @Test
  void legacyStorageThatIsNotAsAnnounced() throws IOException {
    byte[] pickle = Pickle.oneTensor(2, 0, ONE, ONE);
    Files.write(file, Pickle.legacy(pickle, "0", 3, new byte[12]));
    assertRefused(() -> TorchFile.read(file), "storage '0' is said to have 2 elements");
    Files.write(file, Pickle.legacy(pickle, "0", 2, new byte[7]));
    assertRefused(() -> TorchFile.read(file), "storage '0' is said to have 2 elements");
    Files.write(file, Pickle.legacy(pickle, "1", 2, new byte[8]));
    assertRefused(() -> TorchFile.read(file), "a storage that no tensor has");
  }

  @Test
  void aVersionThatIsNoNumber() throws IOException {
    byte[] none = Pickle.begin().op('N').end();
    Files.write(file, Pickle.beginLegacy(none, new byte[0]).end());
    assertRefused(() -> TorchFile.read(file), "its version is not 1001");
  }

  @Test
  void aSparseFileDoesNotBuyMemory() throws IOException {
    byte[] pickle = Pickle.oneTensor(1L << 40, 0, ONE, ONE);
    Files.write(file, Pickle.legacy(pickle, "0", 1L << 40, new byte[8]));
    assertRefused(() -> TorchFile.read(file), "not there");
    try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength((4L << 40) + 1000);
    } catch (IOException e) {
      return; // a file system without so large files
    }
    assertEquals(1, TorchFile.read(file).getFirst().values().length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"zip-2.pth", "legacy-2.pth", "checkpoint.pth"})
  void truncationsAreRefused(String name) throws IOException {
    byte[] whole = Files.readAllBytes(Path.of("src/test/resources/lanewise/io/torch", name));
    for (int length = 0; length < whole.length; length += 17) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(() -> TorchFile.read(file));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zip-2.pth", "zip-4.pth", "legacy-2.pth", "legacy-4.pth"})
  void randomDamageIsReadOrRefusedButNeverCrashes(String name) throws IOException {
    byte[] whole = Files.readAllBytes(Path.of("src/test/resources/lanewise/io/torch", name));
    var random = new SplittableRandom(1);
    int refused = 0;
    for (int attempt = 0; attempt < 300; attempt++) {
      byte[] damaged = whole.clone();
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      Files.write(file, damaged);
      try {
        TorchFile.read(file);
      } catch (TorchFormatException e) {
        refused++;
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      }
    }
    assertTrue(refused > 60, refused + " refused");
  }

  @Test
  void missingFile() {
    assertThrows(IOException.class, () -> TorchFile.read(folder.resolve("none.pth")));
  }
}
