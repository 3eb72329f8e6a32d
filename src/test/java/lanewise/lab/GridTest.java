package lanewise.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lanewise.UserException;
import org.junit.jupiter.api.Test;

class GridTest {
  private static final List<String> ONE_LOSS = List.of("non-saturating");

  @Test
  void aSeedAtATime() {
    Grid grid = new Grid(List.of("batch", "none"), ONE_LOSS, List.of(1), 2, 7);
    assertEquals(
        List.of("batch-seed7", "none-seed7", "batch-seed8", "none-seed8"),
        grid.cells().stream().map(Cell::name).toList());
  }

  @Test
  void foldersNameWhatIsUnusualAndLabelsWhatDiffers() {
    Grid grid = new Grid(List.of("batch"), List.of("non-saturating", "hinge"), List.of(1, 2), 1, 0);
    assertEquals(
        List.of("batch-seed0", "batch-pack2-seed0", "batch-hinge-seed0", "batch-hinge-pack2-seed0"),
        grid.cells().stream().map(Cell::name).toList());
    assertEquals("hinge pack 2", grid.label(new Variant("batch", "hinge", 2)));
    Grid norms = new Grid(List.of("batch", "none"), List.of("hinge"), List.of(2), 1, 0);
    assertEquals("none", norms.label(norms.variants().getLast()));
    Grid single = new Grid(List.of("batch"), ONE_LOSS, List.of(1), 1, 0);
    assertEquals("batch", single.label(single.variants().getFirst()));
  }

  @Test
  void refusesNothingAndTwice() {
    assertThrows(UserException.class, () -> new Grid(List.of(), ONE_LOSS, List.of(1), 1, 0));
    assertThrows(UserException.class, () -> new Grid(List.of("batch"), ONE_LOSS, List.of(1), 0, 0));
    UserException twice =
        assertThrows(
            UserException.class,
            () -> new Grid(List.of("batch", "batch"), ONE_LOSS, List.of(1), 1, 0));
    assertTrue(twice.getMessage().contains("--norms names batch twice"));
  }
}
