package lanewise.inference;

import java.util.function.Consumer;
import java.util.function.Function;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** What makes one image of another. */
interface ImageFunction extends AutoCloseable {

  /**
   * Bytes of the engine's memory that an image needs, with its result and all weights.
   *
   * @throws IllegalArgumentException if the image is too small for a layer; names it
   */
  long bytes(Shape x);

  /**
   * Makes an image of another.
   *
   * @param x the shape of one image
   * @param fill writes that image
   * @param read reads the result, which is there no longer than this call
   * @return what {@code read} does
   */
  <T> T apply(Shape x, Consumer<Tensor> fill, Function<Tensor, T> read);

  @Override
  void close();
}
