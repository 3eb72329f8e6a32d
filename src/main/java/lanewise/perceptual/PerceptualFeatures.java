package lanewise.perceptual;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.autograd.Variable;

/**
 * A network of fixed weights whose features are differentiable with respect to the image.
 *
 * <p>Nothing is asked of the weights: Johnson et al. (2016) take a network that classifies
 * photographs, Ustyuzhaninov et al. (2016) filters that nobody trained.
 */
public interface PerceptualFeatures extends AutoCloseable {

  /** What can be looked at, in the order in which the network computes it. */
  List<String> layers();

  /** The layers that losses compare unless the user names others. */
  PerceptualLayers defaultLayers();

  /**
   * Computes features.
   *
   * @param images N x 3 x H x W in [0, 255], at least {@link #smallestSide} high and wide
   * @param layers some of {@link #layers}; what lies behind the last of them is not computed
   * @return for each of them its feature maps, N x channels x height x width
   */
  Map<String, Variable> of(Variable images, Collection<String> layers);

  /** Pixels that the shorter side of an image needs, for all layers to have some. */
  int smallestSide();

  /** What this is, for people. */
  String description();

  @Override
  void close();

  /**
   * Checks the size of images.
   *
   * @param side pixels of their shorter side
   * @throws UserException if it is too small
   */
  default void requireSide(int side) {
    if (side < smallestSide()) {
      throw new UserException(
          "%s need images of at least %d pixels, not %d: give a larger --image-size"
              .formatted(description(), smallestSide(), side));
    }
  }

  /**
   * Checks layers that a user named.
   *
   * @throws UserException if there is one that this network does not have
   */
  default void checkLayers(PerceptualLayers chosen) {
    for (String layer : chosen.all()) {
      if (!layers().contains(layer)) {
        throw new UserException(
            "there is no layer '%s' in %s: it has %s"
                .formatted(layer, description(), String.join(", ", layers())));
      }
    }
  }
}
