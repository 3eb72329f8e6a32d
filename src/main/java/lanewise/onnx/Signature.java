package lanewise.onnx;

import lanewise.backend.Shape;
import lanewise.nn.GraphOperation;

/**
 * What an exported network takes and gives, by the names that the model's users know it under.
 *
 * @param condition what a conditional network is told of each sample, or null
 * @param meaning of the values, for people
 */
public record Signature(
    GraphOperation.Input input, GraphOperation.Input condition, String output, String meaning) {

  /**
   * Of a generator from latents, {@code z}, and classes.
   *
   * @param latent size of {@code z}
   * @param classes values of {@code class}, one 1 among zeros for each sample, or 0 for none
   * @param output what it makes: {@code image}
   */
  public static Signature ofGenerator(int latent, int classes, String output) {
    GraphOperation.Input z = new GraphOperation.Input("z", Shape.matrix(1, latent), false);
    String latents = "z: N x %d, standard normal".formatted(latent);
    if (classes == 0) {
      return new Signature(z, null, output, latents);
    }
    return new Signature(
        z,
        new GraphOperation.Input("class", Shape.matrix(1, classes), false),
        output,
        "%s; class: N x %d, a 1 among zeros".formatted(latents, classes));
  }

  /**
   * Of a network from images to images of any size.
   *
   * @param example a size that it can take
   * @param black the value of black, in both; {@code white} that of white
   */
  public static Signature ofImages(Shape example, float black, float white) {
    return new Signature(
        new GraphOperation.Input("image", example, true),
        null,
        "output",
        "image: N x %d x H x W, from %s (black) to %s (white), as output is"
            .formatted(example.c(), black, white));
  }

  @Override
  public String toString() {
    return "%s%s to %s"
        .formatted(input.name(), condition == null ? "" : " and " + condition.name(), output);
  }
}
