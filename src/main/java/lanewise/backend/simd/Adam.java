package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import lanewise.backend.AdamSpec;
import lanewise.backend.Tensor;

/** Adam's step, in one pass over the four blocks. */
final class Adam {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Elements that one chunk of work covers: a multiple of every vector's length. */
  private static final int CHUNK = 16 * 1024;

  private final Workers workers;

  Adam(Workers workers) {
    this.workers = workers;
  }

  void adam(AdamSpec spec, Tensor rates, Tensor values, Tensor gradients, Tensor m, Tensor v) {
    Constants constants = Constants.of(spec, rates.segment());
    MemorySegment ps = values.segment();
    MemorySegment gs = gradients.segment();
    MemorySegment ms = m.segment();
    MemorySegment vs = v.segment();
    int size = values.shape().size();
    workers.run(
        Math.ceilDiv(size, CHUNK),
        (chunk, worker) -> {
          int start = chunk * CHUNK;
          int count = Math.min(CHUNK, size - start);
          step(constants, ps, gs, ms, vs, start, count);
        });
  }

  /** The factors of one step, computed in double and rounded once. */
  private record Constants(
      float keepM,
      float takeM,
      float keepV,
      float takeV,
      float varianceScale,
      float eps,
      float negativeStep) {

    static Constants of(AdamSpec spec, MemorySegment rates) {
      return new Constants(
          (float) spec.beta1(),
          (float) (1 - spec.beta1()),
          (float) spec.beta2(),
          (float) (1 - spec.beta2()),
          rates.getAtIndex(JAVA_FLOAT, 1),
          (float) spec.eps(),
          -rates.getAtIndex(JAVA_FLOAT, 0));
    }
  }

  private static void step(
      Constants k,
      MemorySegment values,
      MemorySegment gradients,
      MemorySegment means,
      MemorySegment squares,
      int start,
      int count) {
    MemorySegment p = Lanes.slice(values, start, count);
    MemorySegment g = Lanes.slice(gradients, start, count);
    MemorySegment m = Lanes.slice(means, start, count);
    MemorySegment v = Lanes.slice(squares, start, count);
    FloatVector takeM = FloatVector.broadcast(SPECIES, k.takeM);
    FloatVector takeV = FloatVector.broadcast(SPECIES, k.takeV);
    FloatVector step = FloatVector.broadcast(SPECIES, k.negativeStep);
    int whole = SPECIES.loopBound(count);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector gradient = FloatVector.fromMemorySegment(SPECIES, g, i * 4L, ORDER);
      FloatVector mean = FloatVector.fromMemorySegment(SPECIES, m, i * 4L, ORDER);
      FloatVector square = FloatVector.fromMemorySegment(SPECIES, v, i * 4L, ORDER);
      FloatVector value = FloatVector.fromMemorySegment(SPECIES, p, i * 4L, ORDER);
      mean = gradient.fma(takeM, mean.mul(k.keepM));
      square = gradient.mul(gradient).fma(takeV, square.mul(k.keepV));
      FloatVector deviation = square.sqrt().fma(k.varianceScale, k.eps);
      mean.intoMemorySegment(m, i * 4L, ORDER);
      square.intoMemorySegment(v, i * 4L, ORDER);
      mean.div(deviation).fma(step, value).intoMemorySegment(p, i * 4L, ORDER);
    }
    if (whole < count) {
      long at = whole * 4L;
      VectorMask<Float> rest = SPECIES.indexInRange(whole, count);
      FloatVector gradient = FloatVector.fromMemorySegment(SPECIES, g, at, ORDER, rest);
      FloatVector mean = FloatVector.fromMemorySegment(SPECIES, m, at, ORDER, rest);
      FloatVector square = FloatVector.fromMemorySegment(SPECIES, v, at, ORDER, rest);
      FloatVector value = FloatVector.fromMemorySegment(SPECIES, p, at, ORDER, rest);
      mean = gradient.fma(takeM, mean.mul(k.keepM));
      square = gradient.mul(gradient).fma(takeV, square.mul(k.keepV));
      FloatVector deviation = square.sqrt().fma(k.varianceScale, k.eps);
      mean.intoMemorySegment(m, at, ORDER, rest);
      square.intoMemorySegment(v, at, ORDER, rest);
      mean.div(deviation).fma(step, value).intoMemorySegment(p, at, ORDER, rest);
    }
  }
}
