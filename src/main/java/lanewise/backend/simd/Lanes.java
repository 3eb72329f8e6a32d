package lanewise.backend.simd;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The one vector species of all kernels.
 *
 * <p>It must be a constant of the JVM, and no kernel may use vectors of another width: the methods
 * of {@link FloatVector} share their profiles, and once these have seen two classes of vectors,
 * what is compiled later may allocate each of its own. Tests force a width with {@code
 * -Dlanewise.simd.bits=128|256|512}.
 */
final class Lanes {
  static final VectorSpecies<Float> SPECIES = species();

  /** Elements of one vector. */
  static final int COUNT = SPECIES.length();

  private Lanes() {}

  /**
   * The elements of a segment from {@code start} on. Kernels take them at their top: there the
   * compiler sees that the slice is theirs alone, and allocates nothing.
   */
  static MemorySegment slice(MemorySegment segment, int start, int count) {
    return segment.asSlice(start * 4L, count * 4L);
  }

  private static VectorSpecies<Float> species() {
    Integer bits = Integer.getInteger("lanewise.simd.bits");
    return bits == null
        ? FloatVector.SPECIES_PREFERRED
        : VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
  }
}
