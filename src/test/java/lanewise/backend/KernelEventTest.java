package lanewise.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.nn.Conv2d;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Network;
import lanewise.nn.Normalization;
import lanewise.nn.Sequential;
import lanewise.nn.Statistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelEventTest {
  @TempDir private Path folder;

  @Test
  void everyCallOfAForwardAndBackwardPassKnowsItsLayerAndItsWork() throws IOException {
    List<RecordedEvent> events = record("scalar", true);
    RecordedEvent forward = only(events, "convForward", "net 0");
    assertEquals("2x3x8x8, filter 4x3x4x4, 2x4x4x4", forward.getString("shapes"));
    assertEquals(2L * (2 * 4 * 4 * 4) * (3 * 4 * 4), forward.getLong("flop"));
    assertEquals(4L * (2 * 3 * 64 + 4 * 3 * 16 + 2 * 4 * 16), forward.getLong("bytes"));
    assertTrue(forward.getDuration().isPositive());
    for (String layer : List.of("net 0", "net 3")) {
      RecordedEvent filter = only(events, "convBackwardFilter", layer);
      assertEquals(only(events, "convForward", layer).getLong("flop"), filter.getLong("flop"));
    }
    RecordedEvent data = only(events, "convBackwardData", "net 3");
    assertEquals(only(events, "convForward", "net 3").getLong("flop"), data.getLong("flop"));
    only(events, "normForward", "net 1");
    only(events, "normBackward", "net 1");
    assertEquals("LeakyRelu[slope=0.2]", only(events, "map", "net 3").getString("variant"));
    only(events, "zip", "net 3");
    assertTrue(events.stream().anyMatch(e -> e.getString("layer").isEmpty()), "the loss");
  }

  @Test
  void nothingIsRecordedUnlessAskedFor() throws IOException {
    assertEquals(List.of(), record("scalar", false));
  }

  @Test
  void workOfProducts() {
    try (Backend backend = Backends.open("scalar")) {
      Tensor a = backend.allocate(Shape.matrix(5, 7));
      Tensor transposed = backend.allocate(Shape.matrix(7, 5));
      Tensor b = backend.allocate(Shape.matrix(7, 3));
      Tensor c = backend.allocate(Shape.matrix(5, 3));
      assertEquals(2L * 5 * 7 * 3, Work.of("gemm", null, a, b, c).flop());
      assertEquals(2L * 5 * 7 * 3, Work.of("gemm", null, transposed, b, c).flop());
    }
  }

  @Test
  void workOfACopyIsThatOfItsChannels() {
    try (Backend backend = Backends.open("scalar")) {
      Tensor three = backend.allocate(Shape.of(2, 3, 4, 5));
      Tensor eight = backend.allocate(Shape.of(2, 8, 4, 5));
      Work work = Work.of("copyChannels", new ChannelCopy(1, 0, 2), three, eight);
      assertEquals(2 * (2 * 2 * 4 * 5) * 4L, work.bytes());
    }
  }

  @Test
  void simdNamesTheAlgorithmOfEachConvolution() throws IOException {
    List<RecordedEvent> convolutions =
        record("simd", true).stream()
            .filter(e -> e.getString("operation").startsWith("conv"))
            .toList();
    assertEquals(5, convolutions.size());
    for (RecordedEvent event : convolutions) {
      assertFalse(event.getString("algorithm").isEmpty(), event::toString);
    }
  }

  private List<RecordedEvent> record(String name, boolean enabled) throws IOException {
    try (Backend backend = Backends.open(name, 1);
        Recording recording = new Recording()) {
      if (enabled) {
        recording.enable(KernelEvent.NAME);
      }
      recording.start();
      train(backend);
      recording.stop();
      Path file = folder.resolve("recording.jfr");
      recording.dump(file);
      List<RecordedEvent> events = RecordingFile.readAllEvents(file);
      assertFalse(enabled && events.isEmpty());
      return events.stream()
          .filter(e -> e.getEventType().getName().equals(KernelEvent.NAME))
          .toList();
    }
  }

  private static void train(Backend backend) {
    Sequential layers =
        new Sequential(
            new Conv2d(3, 4, 4, 2, 1),
            Normalization.batch(4),
            LeakyReLU.relu(),
            new Conv2d(4, 2, 3, 1, 1),
            new LeakyReLU(0.2f));
    try (Network network = new Network(backend, layers, "net");
        Scope _ = backend.scope()) {
      Tensor x = backend.allocate(Shape.of(2, 3, 8, 8));
      backend.fill(x, 1);
      Variable y = network.forward(Variable.constant(backend, x), Statistics.BATCH);
      network.backward(Ops.mean(y));
    }
  }

  private static RecordedEvent only(List<RecordedEvent> events, String operation, String layer) {
    List<RecordedEvent> found =
        events.stream()
            .filter(e -> e.getString("operation").equals(operation))
            .filter(e -> e.getString("layer").equals(layer))
            .toList();
    assertEquals(1, found.size(), () -> operation + " of " + layer + " in " + events);
    return found.getFirst();
  }
}
