package lanewise.onnx;

import lanewise.backend.Shape;
import lanewise.nn.GraphOperation;

/**
 * What an exported network takes and gives, by the names that the model's users know it under.
 *
 * @param condition what a conditional network is told of each sample, or null
 */
public record Signature(GraphOperation.Input input, GraphOperation.Input condition, String output) {

  /**
   * Of a generator.
   *
   * @param latent size of {@code z}
   * @param classes values of {@code class}, one 1 among zeros for each sample, or 0 for none
   * @param output what it makes: {@code image}
   */
  public static Signature ofGenerator(int latent, int classes, String output) {
    return new Signature(
        new GraphOperation.Input("z", Shape.matrix(1, latent), false),
        classes == 0 ? null : new GraphOperation.Input("class", Shape.matrix(1, classes), false),
        output);
  }

  /**
   * Of a network from images to images of any size.
   *
   * @param example a size that it can take
   */
  public static Signature ofImages(Shape example) {
    return new Signature(new GraphOperation.Input("image", example, true), null, "output");
  }

  @Override
  public String toString() {
    return "%s%s to %s"
        .formatted(input.name(), condition == null ? "" : " and " + condition.name(), output);
  }
}
