package lanewise.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A file of events for TensorBoard: numbers, images and texts, each of a step.
 *
 * <p>The format is TensorFlow's: records of a length, its checksum, the data and its checksum
 * (tensorflow/core/lib/io/record_writer.h), whose data are messages {@code Event}
 * (tensorflow/core/util/event.proto, framework/summary.proto).
 *
 * <p>Each training that starts or goes on in a folder gets a file of its own, as TensorBoard reads
 * a file only once. What earlier files say of steps that are done again is cut off, and the new
 * file begins with {@code SessionLog.START}, at which a TensorBoard that is already running forgets
 * it.
 */
public final class EventFile implements Closeable {
  private static final int START = 1;
  private static final int STRING = 7;
  private static final int LENGTH_AND_CHECKSUM = Long.BYTES + Integer.BYTES;

  /** Where the step lies in a record: behind the keys of time and step, and the time. */
  private static final int STEP = LENGTH_AND_CHECKSUM + 2 + Double.BYTES;

  /** What of a record tells its length and its step, whose varint has at most ten bytes. */
  private static final int HEAD = STEP + 10;

  private final OutputStream out;
  private final Clock clock;

  private EventFile(OutputStream out, Clock clock) {
    this.out = out;
    this.clock = clock;
  }

  /**
   * Begins a new file and cuts all others back.
   *
   * @param folder is made if it is missing
   * @param lastStep the last one that stays: 0 for a new training
   */
  public static EventFile open(Path folder, long lastStep, Clock clock) throws IOException {
    Files.createDirectories(folder);
    for (Path file : filesIn(folder)) {
      cut(file, lastStep);
    }
    // TensorBoard reads files in the order of their names.
    long second = clock.instant().getEpochSecond();
    while (Files.exists(file(folder, second))) {
      second++;
    }
    OutputStream out = Files.newOutputStream(file(folder, second), StandardOpenOption.CREATE_NEW);
    EventFile events = new EventFile(out, clock);
    try {
      events.write(0, new ProtoMessage().text(3, "brain.Event:2"));
      ProtoMessage session = new ProtoMessage().integer(1, START);
      events.write(lastStep + 1, new ProtoMessage().message(7, session));
    } catch (IOException e) {
      events.close();
      throw e;
    }
    return events;
  }

  private static Path file(Path folder, long second) {
    return folder.resolve("events.out.tfevents.%010d.lanewise".formatted(second));
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().contains("tfevents"))
          .sorted()
          .toList();
    }
  }

  /** Adds curves' points, by their names; a slash in a name groups curves. */
  public void scalars(long step, Map<String, Double> values) throws IOException {
    ProtoMessage summary = new ProtoMessage();
    values.forEach(
        (tag, value) ->
            summary.message(1, new ProtoMessage().text(1, tag).number(2, value.floatValue())));
    write(step, new ProtoMessage().message(5, summary));
  }

  /**
   * Adds an image.
   *
   * @param png grey or RGB
   */
  public void image(long step, String tag, byte[] png) throws IOException {
    // A PNG begins with 8 bytes of signature and the chunk IHDR: width, height, depth, colour type.
    ByteBuffer header = ByteBuffer.wrap(png);
    ProtoMessage image =
        new ProtoMessage()
            .integer(1, header.getInt(20))
            .integer(2, header.getInt(16))
            .integer(3, header.get(25) == 0 ? 1 : 3)
            .bytes(4, png);
    summarize(step, new ProtoMessage().text(1, tag).message(4, image));
  }

  /** Adds a text in Markdown. */
  public void text(long step, String tag, String markdown) throws IOException {
    ProtoMessage plugin = new ProtoMessage().text(1, "text");
    ProtoMessage oneString = new ProtoMessage().message(2, new ProtoMessage().integer(1, 1));
    ProtoMessage tensor =
        new ProtoMessage().integer(1, STRING).message(2, oneString).text(8, markdown);
    summarize(
        step,
        new ProtoMessage()
            .text(1, tag)
            .message(9, new ProtoMessage().message(1, plugin))
            .message(8, tensor));
  }

  private void summarize(long step, ProtoMessage value) throws IOException {
    write(step, new ProtoMessage().message(5, new ProtoMessage().message(1, value)));
  }

  /** Writes an event with what it holds, at once. */
  private void write(long step, ProtoMessage what) throws IOException {
    ProtoMessage event = new ProtoMessage().number(1, clock.millis() / 1000.0).integer(2, step);
    byte[] head = event.toByteArray();
    byte[] rest = what.toByteArray();
    int length = head.length + rest.length;
    ByteBuffer record =
        ByteBuffer.allocate(LENGTH_AND_CHECKSUM + length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(length);
    record.putInt(checksum(record.array(), 0, Long.BYTES));
    record.put(head).put(rest);
    record.putInt(checksum(record.array(), LENGTH_AND_CHECKSUM, length));
    out.write(record.array());
  }

  /** CRC-32C, masked as checksums of data that holds checksums are. */
  private static int checksum(byte[] bytes, int from, int count) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, count);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  /** Ends a file before the first event of a later step, or the first record that is not whole. */
  private static void cut(Path file, long lastStep) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long end = 0;
      while (end < channel.size()) {
        read(channel, end, head);
        long next = end + LENGTH_AND_CHECKSUM + head.getLong(0) + Integer.BYTES;
        boolean whole =
            head.getInt(Long.BYTES) == checksum(head.array(), 0, Long.BYTES)
                && next <= channel.size();
        if (!whole || step(head) > lastStep) {
          break;
        }
        end = next;
      }
      channel.truncate(end);
    }
  }

  /** Fills a buffer from a position of a file on; with zeros beyond its end. */
  private static void read(FileChannel channel, long position, ByteBuffer buffer)
      throws IOException {
    Arrays.fill(buffer.clear().array(), (byte) 0);
    while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) > 0) {}
  }

  /** The step of the event in a record: a varint behind the time and its own key. */
  private static long step(ByteBuffer record) {
    long step = 0;
    int at = STEP;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte part = record.get(at++);
      step |= (part & 0x7FL) << shift;
      if (part >= 0) {
        break;
      }
    }
    return step;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
