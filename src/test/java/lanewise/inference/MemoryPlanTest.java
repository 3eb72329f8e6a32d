package lanewise.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import lanewise.inference.MemoryPlan.Life;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {

  @Test
  void writesASmallerArrayInFrontOfTheOneThatItIsMadeOf() {
    MemoryPlan plan = MemoryPlan.of(List.of(new Life(3200, 0, 1, 32), new Life(1600, 1, 2, 0)));
    assertEquals(3232, plan.size());
    assertEquals(32, plan.offsets()[0] - plan.offsets()[1]);
  }

  @Test
  void putsWhatGrowsAtTheEndOfItsResult() {
    MemoryPlan plan = MemoryPlan.of(List.of(new Life(1600, 0, 1, 1632), new Life(3200, 1, 2, 0)));
    assertEquals(3232, plan.size());
    assertEquals(1632, plan.offsets()[0] - plan.offsets()[1]);
  }

  @Test
  void whatIsNeededAtOneTimeIsApart() {
    SplittableRandom random = new SplittableRandom(4);
    for (int trial = 0; trial < 200; trial++) {
      List<Life> lives = new ArrayList<>();
      for (int step = 0; step < 12; step++) {
        int to = step + random.nextInt(5);
        lives.add(new Life(1 + random.nextInt(500), step, to, random.nextInt(700)));
      }
      check(lives, MemoryPlan.of(lives));
    }
  }

  private static void check(List<Life> lives, MemoryPlan plan) {
    for (int i = 0; i < lives.size(); i++) {
      Life a = lives.get(i);
      long begin = plan.offsets()[i];
      assertEquals(0, begin % 16, "a cache line");
      assertTrue(begin >= 0 && begin + a.size() <= plan.size(), "within the block");
      for (int j = i + 1; j < lives.size(); j++) {
        Life b = lives.get(j);
        long other = plan.offsets()[j];
        boolean apart = begin + a.size() <= other || other + b.size() <= begin;
        boolean consumed = a.to() == b.from() && begin - other >= a.lead();
        assertTrue(a.to() < b.from() || apart || consumed, lives + ", " + plan);
      }
    }
  }
}
