package lanewise.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Reads TensorBoard's event files, by the formats' descriptions: TFRecord of tensorflow.org, the
 * encoding of protobuf.dev, the messages of event.proto and summary.proto.
 */
public final class DecodedEvents {
  private DecodedEvents() {}

  /** A field of a message: a Long, a Double, a Float, or bytes. */
  public record Field(int number, Object value) {
    public String text() {
      return new String((byte[]) value, StandardCharsets.UTF_8);
    }

    public List<Field> message() {
      return decode((byte[]) value);
    }
  }

  /** The events of all files of a folder, in the order of their names. */
  public static List<List<Field>> ofFolder(Path folder) throws IOException {
    List<List<Field>> events = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        events.addAll(ofFile(file));
      }
    }
    return events;
  }

  static List<List<Field>> ofFile(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<List<Field>> events = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[8];
      in.get(length);
      assertEquals(masked(length), in.getInt(), "the length's checksum");
      byte[] event =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(event);
      assertEquals(masked(event), in.getInt(), "the event's checksum");
      events.add(decode(event));
    }
    return events;
  }

  private static int masked(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    long value = crc.getValue();
    return (int) ((value >> 15 | value << 17 & 0xffffffffL) + 0xa282ead8L);
  }

  static List<Field> decode(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    List<Field> fields = new ArrayList<>();
    while (in.hasRemaining()) {
      long key = varint(in);
      Object value =
          switch ((int) (key & 7)) {
            case 0 -> varint(in);
            case 1 -> in.getDouble();
            case 5 -> in.getFloat();
            case 2 -> {
              byte[] bytes = new byte[(int) varint(in)];
              in.get(bytes);
              yield bytes;
            }
            default -> throw new AssertionError("wire type of key " + key);
          };
      fields.add(new Field((int) (key >>> 3), value));
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    int shift = 0;
    byte part;
    do {
      part = in.get();
      value |= (long) (part & 0x7f) << shift;
      shift += 7;
    } while (part < 0);
    return value;
  }

  /** The field of a number, which must be there once. */
  public static Field one(List<Field> message, int number) {
    List<Field> found = all(message, number);
    assertEquals(1, found.size(), "fields " + number);
    return found.getFirst();
  }

  public static List<Field> all(List<Field> message, int number) {
    return message.stream().filter(field -> field.number() == number).toList();
  }

  public static long step(List<Field> event) {
    return (Long) one(event, 2).value();
  }

  /** The values of a summary's event with a tag; empty for other events. */
  public static List<List<Field>> values(List<Field> event, String tag) {
    return all(event, 5).stream()
        .flatMap(summary -> all(summary.message(), 1).stream())
        .map(Field::message)
        .filter(value -> one(value, 1).text().equals(tag))
        .toList();
  }
}
