package lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  private static final long FOREVER = TimeUnit.HOURS.toNanos(1);

  private int runs;

  /** The milliseconds of DCGAN's first training steps in a fresh JVM, as they were measured. */
  private static final long[] STEPS = {
    3087, 508, 271, 239, 210, 174, 148, 156, 163, 178, 138, 125, 153, 152, 131, 108, 135, 100, 96,
    110, 115, 116, 94, 100, 132, 119, 99, 96, 104, 98, 104, 100, 95, 102, 105, 95, 98, 135, 109, 97
  };

  @Test
  void endsWhereTimesNoLongerFall() {
    long fastest = new WarmUp(0, FOREVER).run(() -> STEPS[runs++]);
    assertEquals(31, runs);
    assertEquals(94, fastest);
  }

  @Test
  void slowDescentsCountToo() {
    long fastest = new WarmUp(0, FOREVER).run(() -> Math.max(100, 1000 - 20L * runs++));
    assertEquals(100, fastest);
  }

  @Test
  void lastsAsLongAsItIsTo() {
    long start = System.nanoTime();
    new WarmUp(20_000_000, 20_000_000).run(() -> 1);
    assertTrue(System.nanoTime() - start >= 20_000_000);
  }

  @Test
  void endsAtLastWhateverTheTimes() {
    long fastest = new WarmUp(0, 0).run(() -> 1000 - 100L * runs++);
    assertEquals(1, runs);
    assertEquals(1000, fastest);
  }
}
