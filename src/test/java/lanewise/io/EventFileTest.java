package lanewise.io;

import static lanewise.io.DecodedEvents.one;
import static lanewise.io.DecodedEvents.step;
import static lanewise.io.DecodedEvents.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanewise.io.DecodedEvents.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochMilli(1_700_000_000_500L), ZoneOffset.UTC);

  @TempDir Path dir;

  private EventFile open(long lastStep) throws IOException {
    return EventFile.open(dir.resolve("tensorboard"), lastStep, CLOCK);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(dir.resolve("tensorboard"))) {
      return files.sorted().toList();
    }
  }

  private void write(long lastStep, long from, long to) throws IOException {
    try (EventFile events = open(lastStep)) {
      for (long step = from; step <= to; step++) {
        events.scalars(step, Map.of("loss", (double) step));
      }
    }
  }

  /**
   * The record that TensorBoard 2.21 writes of a number:
   *
   * <pre>
   * from tensorboard.compat.proto import event_pb2
   * from tensorboard.summary.writer.record_writer import RecordWriter
   * event = event_pb2.Event(wall_time=1700000000.5, step=300)
   * event.summary.value.add(tag="loss/d", simple_value=0.5)
   * file = io.BytesIO()
   * RecordWriter(file).write(event.SerializeToString())
   * print(file.getvalue().hex())
   * </pre>
   */
  @Test
  void aRecordIsTheOneOfTensorBoard() throws IOException {
    try (EventFile events = open(0)) {
      events.scalars(300, Map.of("loss/d", 0.5));
    }
    String record =
        "1d00000000000000602fdf23"
            + "0900002040fc54d94110ac022a0f0a0d0a066c6f73732f64150000003f"
            + "6f8452d6";
    byte[] file = Files.readAllBytes(files().getFirst());
    assertEquals(
        record, HexFormat.of().formatHex(file, file.length - record.length() / 2, file.length));
  }

  @Test
  void aFileBeginsWithItsVersionAndTheFirstStepOfItsSession() throws IOException {
    open(7).close();
    Path file = files().getFirst();
    assertEquals("events.out.tfevents.1700000000.lanewise", file.getFileName().toString());
    List<List<Field>> events = DecodedEvents.ofFile(file);
    assertEquals("brain.Event:2", one(events.get(0), 3).text());
    assertEquals(1_700_000_000.5, one(events.get(0), 1).value());
    assertEquals(8, step(events.get(1)));
    assertEquals(1L, one(one(events.get(1), 7).message(), 1).value());
    assertEquals(2, events.size());
  }

  @Test
  void numbersImagesAndTextsAreSummaries() throws IOException {
    Path png = dir.resolve("image.png");
    Images.writePng(png, new float[3 * 5 * 300], 3, 5, 300);
    try (EventFile events = open(0)) {
      events.scalars(300, Map.of("loss/d", 0.5, "loss/g", -3e9));
      events.image(4, "samples", Files.readAllBytes(png));
      events.text(5, "options", "| ä |");
    }
    List<List<Field>> events = DecodedEvents.ofFile(files().getFirst());
    assertEquals(300, step(events.get(2)));
    assertEquals(0.5f, one(values(events.get(2), "loss/d").getFirst(), 2).value());
    assertEquals(-3e9f, one(values(events.get(2), "loss/g").getFirst(), 2).value());

    List<Field> image = one(values(events.get(3), "samples").getFirst(), 4).message();
    assertEquals(5L, one(image, 1).value());
    assertEquals(300L, one(image, 2).value());
    assertEquals(3L, one(image, 3).value());
    assertArrayEquals(Files.readAllBytes(png), (byte[]) one(image, 4).value());

    List<Field> text = values(events.get(4), "options").getFirst();
    assertEquals("| ä |", one(one(text, 8).message(), 8).text());
    assertEquals("text", one(one(one(text, 9).message(), 1).message(), 1).text());
  }

  @Test
  void stepsThatAreDoneAgainAreCutOff() throws IOException {
    write(0, 1, 200);
    write(150, 151, 160);
    Files.write(files().getLast(), new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
    write(155, 156, 170);
    assertEquals(3, files().size());
    List<Long> steps =
        DecodedEvents.ofFolder(dir.resolve("tensorboard")).stream()
            .filter(event -> !values(event, "loss").isEmpty())
            .map(DecodedEvents::step)
            .toList();
    assertEquals(Stream.iterate(1L, step -> step <= 170, step -> step + 1).toList(), steps);
  }

  @Test
  void whatIsNoRecordEndsAFile() throws IOException {
    write(0, 1, 3);
    Path file = files().getFirst();
    long whole = Files.size(file);
    for (byte[] rubbish : List.of(new byte[40], new byte[5], new byte[] {9, 0, 0, 0})) {
      Files.write(file, rubbish, StandardOpenOption.APPEND);
      open(100).close();
      assertEquals(whole, Files.size(file));
    }
  }
}
