package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import lanewise.backend.DropoutSpec;
import lanewise.backend.Tensor;

/** The hash of {@link DropoutSpec} for whole vectors. */
final class Dropout {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Elements that one chunk of work covers. */
  private static final int CHUNK = 16 * 1024;

  private final Workers workers;

  Dropout(Workers workers) {
    this.workers = workers;
  }

  void draw(DropoutSpec spec, Tensor key, Tensor mask) {
    MemorySegment parts = key.segment();
    int a = spec.first(parts.getAtIndex(JAVA_FLOAT, 0), parts.getAtIndex(JAVA_FLOAT, 1));
    int b = spec.second(parts.getAtIndex(JAVA_FLOAT, 2), parts.getAtIndex(JAVA_FLOAT, 3));
    int threshold = spec.threshold();
    float scale = spec.scale();
    MemorySegment to = mask.segment();
    int size = mask.shape().size();
    workers.run(
        Math.ceilDiv(size, CHUNK),
        (chunk, worker) -> {
          int start = chunk * CHUNK;
          draw(a, b, threshold, scale, to, start, Math.min(CHUNK, size - start));
        });
  }

  private static void draw(
      int a, int b, int threshold, float scale, MemorySegment mask, int start, int count) {
    MemorySegment to = Lanes.slice(mask, start, count);
    IntVector first = IntVector.broadcast(INTS, start).addIndex(1);
    FloatVector dropped = FloatVector.zero(SPECIES);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      IntVector hash = mix(mix(first.add(i).lanewise(XOR, a)).lanewise(XOR, b));
      VectorMask<Integer> kept = hash.lanewise(LSHR, 8).compare(GE, threshold);
      dropped
          .blend(scale, kept.cast(SPECIES))
          .intoMemorySegment(to, i * 4L, ORDER, SPECIES.indexInRange(i, count));
    }
  }

  /** {@link DropoutSpec#mix}. */
  private static IntVector mix(IntVector x) {
    x = x.lanewise(XOR, x.lanewise(LSHR, 16)).mul(0x21f0aaad);
    x = x.lanewise(XOR, x.lanewise(LSHR, 15)).mul(0x735a2d97);
    return x.lanewise(XOR, x.lanewise(LSHR, 15));
  }
}
