package lanewise.train.translation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.io.TensorEntry;

/**
 * Images that a generator made in earlier steps (Shrivastava et al. 2017): while it fills, and then
 * half of the time, a discriminator sees the newest image, otherwise a random old one, whose place
 * the new one takes.
 */
final class ImagePool implements AutoCloseable {
  private final Backend backend;
  private final int capacity;
  private final List<Tensor> images = new ArrayList<>();

  /** What the last query chose, or null. */
  private Tensor judged;

  ImagePool(Backend backend, int capacity) {
    this.backend = backend;
    this.capacity = capacity;
  }

  /**
   * Chooses for each image of a batch what is judged in its place.
   *
   * @param made the newest images; where batches have other shapes each time, of one image
   * @param random decides
   */
  void query(Tensor made, SplittableRandom random) {
    Shape shape = made.shape();
    Shape one = Shape.of(1, shape.c(), shape.h(), shape.w());
    for (int n = 0; n < shape.n(); n++) {
      choose(made.part((long) n * one.size(), one), n, shape.n(), random);
    }
  }

  /** What the last query chose: in the same tensor each time as long as its shape stays. */
  Tensor judged() {
    return judged;
  }

  private void choose(Tensor image, int n, int batch, SplittableRandom random) {
    if (images.size() < capacity) {
      images.add(copy(image));
      judge(image, n, batch);
    } else if (capacity > 0 && random.nextDouble() > 0.5) {
      int place = random.nextInt(capacity);
      Tensor old = images.get(place);
      judge(old, n, batch);
      images.set(place, copy(image));
      old.close();
    } else {
      judge(image, n, batch);
    }
  }

  private Tensor copy(Tensor image) {
    Tensor copy = backend.allocateActivation(image.shape());
    backend.copy(image, copy);
    return copy;
  }

  private void judge(Tensor image, int n, int batch) {
    Shape one = image.shape();
    Shape all = Shape.of(batch, one.c(), one.h(), one.w());
    if (judged == null || !judged.shape().equals(all)) {
      closeJudged();
      judged = backend.allocateActivation(all);
    }
    backend.copy(image, judged.part((long) n * one.size(), one));
  }

  /** All images, each under its place. */
  List<TensorEntry> state(String prefix) {
    List<TensorEntry> entries = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      Shape shape = images.get(i).shape();
      float[] values = new float[shape.size()];
      backend.read(images.get(i), values);
      entries.add(
          new TensorEntry(
              prefix + "." + i, new long[] {1, shape.c(), shape.h(), shape.w()}, values));
    }
    return entries;
  }

  /** Takes over what {@link #state} gave. */
  void restore(String prefix, Map<String, TensorEntry> state) {
    for (int i = 0; state.containsKey(prefix + "." + i); i++) {
      TensorEntry entry = state.get(prefix + "." + i);
      long[] sides = entry.shape();
      Shape shape = Shape.of(1, (int) sides[1], (int) sides[2], (int) sides[3]);
      Tensor image = backend.allocateActivation(shape);
      backend.upload(entry.data(), image);
      images.add(image);
    }
  }

  private void closeJudged() {
    if (judged != null) {
      judged.close();
    }
  }

  @Override
  public void close() {
    images.forEach(Tensor::close);
    closeJudged();
  }
}
