package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
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
  private final Map<Tensor, Map<ElementType, Copy>> copies = new WeakHashMap<>();

  /** The memory of kept copies, each with the filter after which it is given back. */
  private final Set<Kept> kept = new HashSet<>();

  private final ReferenceQueue<Tensor> collected = new ReferenceQueue<>();
  private long epoch;

  FilterCopies(Scratch memory, Permutation permutation) {
    this.memory = memory;
    this.permutation = permutation;
  }

  private static final class Copy {
    private long version = -1;
    private long epoch = -1;
    private Tensor tensor;
  }

  private static final class Kept extends WeakReference<Tensor> {
    private final Tensor copy;

    Kept(Tensor filter, Tensor copy, ReferenceQueue<Tensor> queue) {
      super(filter, queue);
      this.copy = copy;
    }
  }

  /** The filter as out x kh x kw x in, valid until the innermost scope ends. */
  MemorySegment get(Tensor w, ElementType type) {
    Copy copy =
        copies
            .computeIfAbsent(w, t -> new EnumMap<>(ElementType.class))
            .computeIfAbsent(type, t -> new Copy());
    boolean current = copy.version == w.version() && copy.epoch == epoch;
    if (current && copy.tensor != null) {
      return copy.tensor.segment();
    }
    if (current) {
      copy.tensor = keep(w, type);
    }
    copy.version = w.version();
    copy.epoch = epoch;
    MemorySegment target =
        (copy.tensor == null ? memory.allocate(w.shape(), type) : copy.tensor).segment();
    permutation.toKrsc(w, target, type);
    return target;
  }

  private Tensor keep(Tensor w, ElementType type) {
    for (Reference<? extends Tensor> r = collected.poll(); r != null; r = collected.poll()) {
      Kept gone = (Kept) r;
      gone.copy.close();
      kept.remove(gone);
    }
    Tensor copy = memory.allocateUnscoped(w.shape(), type);
    kept.add(new Kept(w, copy, collected));
    return copy;
  }

  /**
   * Lets every filter be copied anew: a graph that is recorded from here on must copy them itself,
   * and what a replayed graph has changed is not seen in the versions of tensors.
   */
  void invalidate() {
    epoch++;
  }
}
