package lanewise.backend.cuda.driver;

import java.lang.foreign.MemorySegment;

/**
 * Scratch memory of one stream: what an operation leaves in it lasts until the next operation asks.
 *
 * <p>It grows and is kept. What a captured graph may have used stays where it is for good.
 */
public final class Workspace {
  private final Allocator allocator;
  private final Stream stream;
  private MemorySegment block;
  private boolean recording;
  private boolean kept;

  public Workspace(Allocator allocator, Stream stream) {
    this.allocator = allocator;
    this.stream = stream;
  }

  /** At least {@code bytes}, aligned to 256 bytes; the null address for none. */
  public MemorySegment take(long bytes) {
    if (bytes == 0) {
      return MemorySegment.NULL;
    }
    if (block == null || block.byteSize() < bytes) {
      grow(bytes);
    }
    return block;
  }

  private void grow(long bytes) {
    if (block != null && !kept) {
      stream.synchronize();
      allocator.free(block);
    }
    block = null;
    block = allocator.allocate(bytes);
    kept = recording;
  }

  /** From here on, until it is told otherwise, a graph is recorded that uses what is taken. */
  public void recording(boolean recording) {
    this.recording = recording;
    kept |= recording;
  }
}
