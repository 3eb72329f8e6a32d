package lanewise.io.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles operation by operation, and files around them, as an attacker would. */
final class Pickle {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private Pickle() {}

  static Pickle begin() {
    return new Pickle().op(0x80, 2);
  }

  Pickle op(int... operations) {
    for (int operation : operations) {
      bytes.write(operation);
    }
    return this;
  }

  Pickle raw(byte[] more) {
    bytes.writeBytes(more);
    return this;
  }

  Pickle little(int size, long number) {
    for (int i = 0; i < size; i++) {
      bytes.write((int) (number >>> (8 * i)));
    }
    return this;
  }

  Pickle text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return op('X').little(4, utf8.length).raw(utf8);
  }

  Pickle number(long number) {
    return op(0x8a, 8).little(8, number);
  }

  Pickle numbers(long... numbers) {
    op('(');
    for (long number : numbers) {
      number(number);
    }
    return op('t');
  }

  Pickle global(String module, String name) {
    return op('c').raw((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
  }

  Pickle tensor(
      String storageType, String key, long elements, long offset, long[] size, long[] stride) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .op('(')
        .storage("torch", storageType, key, elements)
        .number(offset)
        .numbers(size)
        .numbers(stride)
        .op(0x89, 'N', 't', 'R');
  }

  Pickle storage(String module, String type, String key, long elements) {
    op('(').text("storage").global(module, type).text(key).text("cpu").number(elements);
    return op('t', 'Q');
  }

  byte[] end() {
    return op('.').bytes.toByteArray();
  }

  /** A state dict of one tensor {@code w} of float32 in storage {@code 0}. */
  static byte[] oneTensor(long elements, long offset, long[] size, long[] stride) {
    return begin()
        .op('}')
        .text("w")
        .tensor("FloatStorage", "0", elements, offset, size, stride)
        .op('s')
        .end();
  }

  /** A file in the format before 1.6, without storages. */
  static byte[] legacy(byte[] saved) {
    return beginLegacy(saved).raw(begin().op(']').end()).bytes.toByteArray();
  }

  /** A file in the format before 1.6, with one storage. */
  static byte[] legacy(byte[] saved, String key, long elements, byte[] data) {
    byte[] keys = begin().op(']').text(key).op('a').end();
    return beginLegacy(saved).raw(keys).little(8, elements).raw(data).bytes.toByteArray();
  }

  private static Pickle beginLegacy(byte[] saved) {
    return beginLegacy(begin().op('M').little(2, 1001).end(), saved);
  }

  static Pickle beginLegacy(byte[] version, byte[] saved) {
    byte[] magic = new BigInteger("1950a86a20f9469cfc6c", 16).toByteArray();
    Pickle file = begin().op(0x8a, magic.length);
    for (int i = magic.length - 1; i >= 0; i--) {
      file.op(magic[i]);
    }
    return file.op('.').raw(version).raw(begin().op('}').end()).raw(saved);
  }

  /** Little-endian float32. */
  static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /**
   * A zip archive.
   *
   * @param namesAndBytes each entry's name and its {@code byte[]}, in turn
   */
  static void zip(Path file, int method, Object... namesAndBytes) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < namesAndBytes.length; i += 2) {
        ZipEntry entry = new ZipEntry((String) namesAndBytes[i]);
        byte[] content = (byte[]) namesAndBytes[i + 1];
        entry.setMethod(method);
        if (method == ZipEntry.STORED) {
          CRC32 crc = new CRC32();
          crc.update(content);
          entry.setCrc(crc.getValue());
          entry.setSize(content.length);
        }
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
      }
    }
  }
}
