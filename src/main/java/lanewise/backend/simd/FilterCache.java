package lanewise.backend.simd;

import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import lanewise.backend.ConvPass;
import lanewise.backend.Tensor;

/**
 * Filters in Winograd's form, kept until their tensors change.
 *
 * <p>A discriminator sees reals, fakes, and the generator's fakes with few changes between. What is
 * used once between two changes is not kept, as it would only take memory.
 */
final class FilterCache {
  /** Elements beyond which no other filter is kept: an eighth of the heap that Java may have. */
  private static final long CAPACITY = Runtime.getRuntime().maxMemory() / (8 * Float.BYTES);

  private final Workers workers;
  private final FilterPanels passing;
  private final Map<Tensor, Map<Use, Entry>> entries = new WeakHashMap<>();

  FilterCache(Workers workers) {
    this.workers = workers;
    passing = new FilterPanels(workers);
  }

  /** What else a filter's form depends on. */
  record Use(ConvPass pass, Winograd winograd, int group) {}

  private static final class Entry {
    private long version = -1;
    private FilterPanels kept;
  }

  /**
   * The filter in the form that {@code pack} gives it, valid until the next call.
   *
   * @param pack called if the filter was not kept
   */
  FilterPanels get(Tensor w, Use use, Consumer<FilterPanels> pack) {
    Entry entry =
        entries.computeIfAbsent(w, t -> new HashMap<>()).computeIfAbsent(use, u -> new Entry());
    boolean unchanged = entry.version == w.version();
    if (unchanged && entry.kept != null) {
      return entry.kept;
    }
    if (unchanged && size() < CAPACITY) {
      entry.kept = new FilterPanels(workers);
    }
    FilterPanels panels = entry.kept == null ? passing : entry.kept;
    pack.accept(panels);
    entry.version = w.version();
    return panels;
  }

  private long size() {
    long size = 0;
    for (Map<Use, Entry> uses : entries.values()) {
      for (Entry entry : uses.values()) {
        size += entry.kept == null ? 0 : entry.kept.size();
      }
    }
    return size;
  }
}
