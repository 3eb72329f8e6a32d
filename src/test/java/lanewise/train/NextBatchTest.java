package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import lanewise.UserException;
import lanewise.data.Batches;
import lanewise.data.Dataset;
import org.junit.jupiter.api.Test;

class NextBatchTest {
  private static final int SIZE = 3;

  private int reads;
  private boolean gone;

  /** Ten samples of a pixel, which says their number. */
  private final class Numbers implements Dataset {
    @Override
    public String name() {
      return "numbers";
    }

    @Override
    public int size() {
      return 10;
    }

    @Override
    public int channels() {
      return 1;
    }

    @Override
    public int height() {
      return 1;
    }

    @Override
    public int width() {
      return 1;
    }

    @Override
    public void read(int index, float[] target, int offset) {
      if (gone) {
        throw new UserException("the file is gone");
      }
      reads++;
      target[offset] = index;
    }
  }

  private final Dataset data = new Numbers();
  private final NextBatch next = new NextBatch(new Batches(data, SIZE, 0), data, 1, false);

  private float[] expected(long step) {
    float[] images = new float[SIZE];
    new Batches(new Numbers(), SIZE, 0).read(step, images);
    return images;
  }

  @Test
  void whatWasPreparedIsNotReadAgain() {
    next.prepare(4);
    assertEquals(SIZE, reads);
    assertEquals(SIZE, next.images(4).length);
    assertEquals(SIZE, reads);
    assertArrayEquals(expected(4), next.images(4));
    assertArrayEquals(expected(7), next.images(7));
    assertArrayEquals(expected(4), next.images(4));
  }

  @Test
  void whatCannotBePreparedFailsWhenItIsWanted() {
    gone = true;
    assertDoesNotThrow(() -> next.prepare(1));
    assertThrows(UserException.class, () -> next.images(1));
    gone = false;
    assertArrayEquals(expected(1), next.images(1));
  }
}
