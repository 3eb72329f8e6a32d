package lanewise.backend.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The one vector species of all kernels.
 *
 * <p>It must be a constant of the JVM, or kernels are compiled to allocate vectors. Tests force a
 * width with {@code -Dlanewise.simd.bits=128|256|512}.
 */
final class Lanes {
  static final VectorSpecies<Float> SPECIES = species();

  /** Elements of one vector. */
  static final int COUNT = SPECIES.length();

  private Lanes() {}

  private static VectorSpecies<Float> species() {
    Integer bits = Integer.getInteger("lanewise.simd.bits");
    return bits == null
        ? FloatVector.SPECIES_PREFERRED
        : VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
  }
}
