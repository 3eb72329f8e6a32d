package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.backend.AxisMap;
import lanewise.backend.ElementType;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Axis maps in device memory, as {@code native/kernels/resampling.cuh} reads them. */
final class AxisMapTables {
  /** Maps that are kept besides those of recorded steps; images of few sizes need few. */
  private static final int KEPT = 256;

  private final Scratch memory;
  private final Staging staging;

  /** The one that was used longest ago comes first. */
  private final Map<AxisMap, Tensor> tables = new LinkedHashMap<>(16, 0.75f, true);

  /** A graph that reads them may be replayed as long as the backend lives. */
  private final Map<AxisMap, Tensor> recorded = new LinkedHashMap<>();

  private boolean recording;

  AxisMapTables(Scratch memory, Staging staging) {
    this.memory = memory;
    this.staging = staging;
  }

  /** From here on, until it is told otherwise, a graph is recorded that uses what is asked for. */
  void recording(boolean recording) {
    this.recording = recording;
  }

  /**
   * The table of a map.
   *
   * @throws IllegalStateException if a step is recorded and the map was not used before
   */
  MemorySegment get(AxisMap map) {
    Tensor table = recorded.get(map);
    if (table == null) {
      table = tables.get(map);
      if (table == null) {
        table = upload(map);
      } else if (recording) {
        tables.remove(map);
        recorded.put(map, table);
      }
    }
    return table.segment();
  }

  private Tensor upload(AxisMap map) {
    if (recording) {
      throw new IllegalStateException("A captured step resamples other sizes than before");
    }
    if (tables.size() == KEPT) {
      Iterator<Tensor> oldest = tables.values().iterator();
      oldest.next().close();
      oldest.remove();
    }
    float[] words = words(map);
    Tensor table = memory.allocateUnscoped(Shape.vector(words.length), ElementType.F32);
    staging.upload(words, table.segment());
    tables.put(map, table);
    return table;
  }

  /** Where the taps of each output start, their inputs, and their weights; 32 bits each. */
  private static float[] words(AxisMap map) {
    int starts = map.outputs() + 1;
    int taps = map.taps();
    float[] words = new float[starts + 2 * taps];
    for (int i = 0; i < starts; i++) {
      words[i] = Float.intBitsToFloat(map.start(i));
    }
    for (int tap = 0; tap < taps; tap++) {
      words[starts + tap] = Float.intBitsToFloat(map.index(tap));
      words[starts + taps + tap] = map.weight(tap);
    }
    return words;
  }
}
