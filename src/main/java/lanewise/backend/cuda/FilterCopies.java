package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import lanewise.backend.ElementType;
import lanewise.backend.Tensor;

/**
 * Filters in the order and type in which cuDNN wants them, kept until their tensors change.
 *
 * <p>What is used once between two changes, such as a gradient that serves as a filter in a second
 * derivative, is not kept.
 */
final class FilterCopies {
  private final Scratch memory;
  private final Permutation permutation;
  private final Map<Tensor, Map<ElementType, Copy>> copies = new HashMap<>();
  private long epoch;

  FilterCopies(Scratch memory, Permutation permutation) {
    this.memory = memory;
    this.permutation = permutation;
  }

  private static final class Copy {
    private long version = -1;
    private long epoch = -1;
    private Tensor kept;

    void close() {
      if (kept != null) {
        kept.close();
      }
    }
  }

  /** The filter as out x kh x kw x in, valid until the innermost scope ends. */
  MemorySegment get(Tensor w, ElementType type) {
    Copy copy = copy(w, type);
    boolean current = copy.version == w.version() && copy.epoch == epoch;
    if (current && copy.kept != null) {
      return copy.kept.segment();
    }
    if (current) {
      copy.kept = memory.allocateUnscoped(w.shape(), type);
    }
    copy.version = w.version();
    copy.epoch = epoch;
    MemorySegment target =
        (copy.kept == null ? memory.allocate(w.shape(), type) : copy.kept).segment();
    permutation.toKrsc(w, target, type);
    return target;
  }

  private Copy copy(Tensor w, ElementType type) {
    Map<ElementType, Copy> ofFilter = copies.get(w);
    if (ofFilter == null) {
      dropClosed();
      ofFilter = new EnumMap<>(ElementType.class);
      copies.put(w, ofFilter);
    }
    return ofFilter.computeIfAbsent(type, t -> new Copy());
  }

  /** Forgets filters that are no more, such as temporaries of earlier steps. */
  private void dropClosed() {
    copies
        .entrySet()
        .removeIf(
            entry -> {
              boolean closed = !entry.getKey().isOpen();
              if (closed) {
                entry.getValue().values().forEach(Copy::close);
              }
              return closed;
            });
  }

  /**
   * Lets every filter be copied anew: a graph that is recorded from here on must copy them itself,
   * and what a replayed graph has changed is not seen in the versions of tensors.
   */
  void invalidate() {
    epoch++;
  }
}
