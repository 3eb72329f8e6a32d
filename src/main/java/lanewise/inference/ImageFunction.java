package lanewise.inference;

import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** What makes one image of another. */
interface ImageFunction extends AutoCloseable {

  /**
   * Bytes of memory that an image needs with its result, about; 0 if nobody knows.
   *
   * @throws IllegalArgumentException if the image is too small for a layer; names it
   */
  long bytes(Shape x);

  /**
   * The image that is made, which belongs to the backend's innermost scope.
   *
   * @param x one image
   */
  Tensor apply(Tensor x);

  @Override
  void close();
}
