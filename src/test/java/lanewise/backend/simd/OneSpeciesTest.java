package lanewise.backend.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * Nobody but {@link Lanes} chooses the width of vectors. Two widths in one JVM spoil each other:
 * data gradients ran at two thirds of their speed after an image of three channels, whose pixels
 * were vectors of 128 bits.
 */
class OneSpeciesTest {
  private static final String VECTORS = "jdk/incubator/vector/";
  private static final Set<String> CHOICES =
      Set.of("of", "ofPreferred", "ofLargestShape", "withShape");

  @Test
  void allKernelsShareTheSpeciesOfLanes() throws IOException, URISyntaxException {
    Path root = Path.of(Lanes.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Set<String> choosing = new TreeSet<>();
    try (Stream<Path> files = Files.walk(root.resolve("lanewise"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        if (choosesSpecies(file)) {
          choosing.add(root.relativize(file).toString());
        }
      }
    }
    assertEquals(Set.of("lanewise/backend/simd/Lanes.class"), choosing);
  }

  /** Whether a class file names a member of the Vector API that gives a species of some width. */
  private static boolean choosesSpecies(Path file) throws IOException {
    Iterable<PoolEntry> pool = ClassFile.of().parse(file).constantPool();
    return StreamSupport.stream(pool.spliterator(), false)
        .filter(MemberRefEntry.class::isInstance)
        .map(MemberRefEntry.class::cast)
        .filter(m -> m.owner().asInternalName().startsWith(VECTORS))
        .map(m -> m.name().stringValue())
        .anyMatch(name -> name.startsWith("SPECIES_") || CHOICES.contains(name));
  }
}
