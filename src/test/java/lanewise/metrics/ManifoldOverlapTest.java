package lanewise.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ManifoldOverlapTest {

  static List<Reference.Case> cases() {
    return Reference.cases("manifold");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithNumpy(Reference.Case c) {
    ManifoldOverlap overlap =
        ManifoldOverlap.of(Neighbourhoods.of(c.first(), 5), Neighbourhoods.of(c.second(), 5));
    // Float distances may put a pair on the other side of a radius, which is one point's weight.
    double pair = 1.5 / Math.min(c.first().count(), c.second().count());
    assertEquals(c.number("precision"), overlap.precision(), pair);
    assertEquals(c.number("recall"), overlap.recall(), pair);
    assertEquals(c.number("density"), overlap.density(), pair);
    assertEquals(c.number("coverage"), overlap.coverage(), pair);
  }

  private static Neighbourhoods line(float... points) {
    return Neighbourhoods.of(new Features(points, 1), 1);
  }

  @Test
  void byHandOnALine() {
    // The radii to the nearest other: 1, 1, 2, 4 of the real points, 1, 1, 6 of the others.
    Neighbourhoods real = line(0, 1, 3, 7);
    Neighbourhoods generated = line(2.5f, 3.5f, 9.5f);
    ManifoldOverlap overlap = ManifoldOverlap.of(real, generated, 1, 1);
    // 2.5 lies in the ball of 3; 3.5 in those of 3 and 7; 9.5 in that of 7.
    assertEquals(1, overlap.precision());
    assertEquals(4 / 3.0, overlap.density());
    assertEquals(2 / 4.0, overlap.coverage());
    // 3 lies in the balls of 2.5 and 3.5; 7 in that of 9.5; 0 and 1 in none.
    assertEquals(2 / 4.0, overlap.recall());
  }

  @Test
  void theSamePointsOverlapWholly() {
    Neighbourhoods points = Neighbourhoods.of(Reference.uniform(3, 700, 4), 5);
    ManifoldOverlap overlap = ManifoldOverlap.of(points, points);
    assertEquals(1, overlap.precision());
    assertEquals(1, overlap.recall());
    assertEquals(1, overlap.coverage());
  }

  @Test
  void aCollapsedGeneratorIsPreciseAndCoversNothing() {
    Features real = Reference.uniform(3, 500, 2);
    Features copies = new Features(new float[40], 2);
    ManifoldOverlap overlap =
        ManifoldOverlap.of(Neighbourhoods.of(real, 5), Neighbourhoods.of(copies, 5));
    assertEquals(1, overlap.precision());
    assertEquals(0, overlap.recall());
    assertEquals(0, overlap.coverage(), 0.05);
  }

  @Test
  void farPointsDoNotOverlap() {
    Neighbourhoods here = Neighbourhoods.of(Reference.points(1, 300, 3, 1, 0), 5);
    Neighbourhoods there = Neighbourhoods.of(Reference.points(2, 200, 3, 1, 100), 5);
    assertEquals(new ManifoldOverlap(0, 0, 0, 0), ManifoldOverlap.of(here, there));
  }

  @Test
  void refusesMoreNeighboursThanThereAre() {
    Features five = Reference.uniform(1, 5, 2);
    assertThrows(IllegalArgumentException.class, () -> Neighbourhoods.of(five, 5));
    Neighbourhoods four = Neighbourhoods.of(five, 4);
    assertThrows(IllegalArgumentException.class, () -> ManifoldOverlap.of(four, four));
  }

  @Test
  void refusesPointsOfDifferentSpaces() {
    Neighbourhoods plane = Neighbourhoods.of(Reference.uniform(1, 9, 2), 5);
    Neighbourhoods space = Neighbourhoods.of(Reference.uniform(1, 9, 3), 5);
    assertThrows(IllegalArgumentException.class, () -> ManifoldOverlap.of(plane, space));
  }
}
