package lanewise.train.translation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.io.TensorEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ImagePoolTest {
  private static final int CAPACITY = 3;

  private final Backend backend = Backends.open("scalar");
  private final SplittableRandom random = new SplittableRandom(5);

  @AfterEach
  void close() {
    backend.close();
  }

  /** What is judged in the place of images, of which each is its number. */
  private List<Integer> query(ImagePool pool, int... numbers) {
    float[] values = new float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      values[i] = numbers[i];
    }
    try (Tensor made = backend.allocate(Shape.of(numbers.length, 1, 1, 1))) {
      backend.upload(values, made);
      pool.query(made, random);
      backend.read(pool.judged(), values);
    }
    List<Integer> judged = new ArrayList<>();
    for (float value : values) {
      judged.add((int) value);
    }
    return judged;
  }

  @Test
  void whileItFillsTheNewestAreJudged() {
    try (ImagePool pool = new ImagePool(backend, CAPACITY)) {
      assertEquals(List.of(1, 2), query(pool, 1, 2));
      assertEquals(List.of(3), query(pool, 3));
      assertEquals(CAPACITY, pool.state("p").size());
    }
  }

  @Test
  void thenHalfOfTheTimeAnOldOneIsJudgedOnceInItsPlace() {
    try (ImagePool pool = new ImagePool(backend, CAPACITY)) {
      List<Integer> kept = new ArrayList<>(List.of(1, 2, 3));
      query(pool, 1, 2, 3);
      int old = 0;
      for (int i = 4; i < 204; i++) {
        int judged = query(pool, i).getFirst();
        if (judged != i) {
          old++;
          kept.set(kept.indexOf(judged), i);
        }
        assertEquals(kept, pool.state("p").stream().map(entry -> (int) entry.data()[0]).toList());
      }
      assertEquals(100, old, 25);
    }
  }

  @Test
  void withoutRoomTheNewestAreJudged() {
    try (ImagePool pool = new ImagePool(backend, 0)) {
      assertEquals(List.of(1), query(pool, 1));
      assertEquals(List.of(2), query(pool, 2));
      assertEquals(List.of(), pool.state("p"));
    }
  }

  @Test
  void imagesOfAnotherSizeMayComeOut() {
    try (ImagePool pool = new ImagePool(backend, 1);
        Tensor wide = backend.allocate(Shape.of(1, 1, 1, 2))) {
      query(pool, 1);
      backend.fill(wide, 2);
      do {
        pool.query(wide, random);
      } while (pool.state("p").getFirst().data().length == 1);
      assertEquals(2, pool.state("p").getFirst().data().length);
      assertEquals(1, pool.judged().shape().w());
    }
  }

  @Test
  void aPoolIsRestoredWithItsPlaces() {
    try (ImagePool pool = new ImagePool(backend, CAPACITY);
        ImagePool other = new ImagePool(backend, CAPACITY)) {
      query(pool, 7, 8);
      Map<String, TensorEntry> state = new HashMap<>();
      pool.state("p").forEach(entry -> state.put(entry.name(), entry));
      other.restore("p", state);
      assertEquals(List.of(9), query(other, 9));
      assertEquals(
          List.of(7, 8, 9), other.state("p").stream().map(e -> (int) e.data()[0]).toList());
    }
  }
}
