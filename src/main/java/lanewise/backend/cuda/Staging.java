package lanewise.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lanewise.backend.cuda.driver.Event;
import lanewise.backend.cuda.driver.PinnedMemory;
import lanewise.backend.cuda.driver.Resources;
import lanewise.backend.cuda.driver.Stream;

/**
 * Moves arrays to the device and back, through two pinned buffers: one is filled while the device
 * empties the other, and a caller waits only if both are on their way.
 */
final class Staging implements AutoCloseable {
  private static final int ELEMENTS = 1 << 20;

  private final Resources owned = new Resources();
  private final Stream stream;
  private final Buffer[] buffers = new Buffer[2];
  private int next;

  /** A pinned buffer, and when the device is done with it. */
  private record Buffer(MemorySegment memory, Event done) {}

  Staging(Stream stream) {
    this.stream = stream;
    try {
      for (int i = 0; i < buffers.length; i++) {
        PinnedMemory memory =
            owned.add(PinnedMemory.allocate(stream.context(), ELEMENTS * (long) Float.BYTES));
        buffers[i] = new Buffer(memory.segment(), owned.add(Event.create(stream.context())));
      }
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
  }

  /** Copies {@code source}, which may change when the call returns. */
  void upload(float[] source, MemorySegment target) {
    for (int start = 0; start < source.length; start += ELEMENTS) {
      int count = Math.min(ELEMENTS, source.length - start);
      Buffer buffer = take();
      buffer.done.synchronize();
      MemorySegment.copy(source, start, buffer.memory, JAVA_FLOAT, 0, count);
      stream.copyToDevice(buffer.memory, slice(target, start, count), bytes(count));
      buffer.done.record(stream);
    }
  }

  /** Copies to {@code target}, after all that is queued before. */
  void read(MemorySegment source, float[] target) {
    for (int start = 0; start < target.length; start += ELEMENTS) {
      int count = Math.min(ELEMENTS, target.length - start);
      Buffer buffer = take();
      stream.copyToHost(slice(source, start, count), buffer.memory, bytes(count));
      stream.synchronize();
      MemorySegment.copy(buffer.memory, JAVA_FLOAT, 0, target, start, count);
    }
  }

  private Buffer take() {
    next = 1 - next;
    return buffers[next];
  }

  private static MemorySegment slice(MemorySegment device, int start, int count) {
    return device.asSlice(bytes(start), bytes(count));
  }

  private static long bytes(int count) {
    return count * (long) Float.BYTES;
  }

  @Override
  public void close() {
    owned.close();
  }
}
