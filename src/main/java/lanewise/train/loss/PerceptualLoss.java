package lanewise.train.loss;

import java.util.HashMap;
import java.util.Map;
import lanewise.autograd.Functional;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.perceptual.PerceptualFeatures;
import lanewise.perceptual.PerceptualLayers;

/**
 * How far a picture is from showing what a photograph shows, in the style of a painting (Johnson et
 * al. 2016, after Gatys et al. 2016): the squared error of its features for the content, that of
 * their Gram matrices for the style, and total variation against noise.
 *
 * <p>Images are N x 3 x H x W in [0, 255].
 */
public final class PerceptualLoss implements AutoCloseable {
  private final PerceptualFeatures features;
  private final PerceptualLayers layers;
  private final Weights weights;

  /** The painting's Gram matrix by layer. */
  private final Map<String, Variable> targets = new HashMap<>();

  /** What the error of each layer counts. */
  private final Map<String, Float> contentFactors = new HashMap<>();

  private final Map<String, Float> styleFactors = new HashMap<>();

  /**
   * What each term counts.
   *
   * @param relative whether each layer's error is divided by the mean square of the painting's
   *     features there, or of their Gram matrix, so that weights suit networks of any scale
   */
  public record Weights(double content, double style, double tv, boolean relative) {

    /**
     * PyTorch's example of fast style transfer, for VGG-16: errors are means over all elements.
     *
     * <p>The example has no total variation.
     */
    public static final Weights OF_VGG = new Weights(1e5, 1e10, 0, false);

    /** For networks of any scale. */
    public static final Weights RELATIVE = new Weights(20, 1, 0, true);
  }

  /** The loss and its terms, each with its weight. */
  public record Terms(Variable content, Variable style, Variable tv, Variable total) {}

  /**
   * A loss for one style.
   *
   * @param features stay the caller's, who closes them later
   * @param painting 3 x height x width
   */
  public PerceptualLoss(
      Backend backend,
      PerceptualFeatures features,
      PerceptualLayers layers,
      Weights weights,
      float[] painting,
      int height,
      int width) {
    this.features = features;
    this.layers = layers;
    this.weights = weights;
    try (Scope scope = backend.scope()) {
      Tensor image = backend.allocateActivation(Shape.of(1, 3, height, width));
      backend.upload(painting, image);
      Map<String, Variable> seen = features.of(Variable.constant(backend, image), layers.all());
      for (String layer : layers.content()) {
        contentFactors.put(layer, factor(weights.content(), seen.get(layer)));
      }
      for (String layer : layers.style()) {
        Variable gram = gram(seen.get(layer));
        scope.keep(gram.tensor());
        targets.put(layer, gram);
        styleFactors.put(layer, factor(weights.style(), gram));
      }
    }
  }

  /** Fixed by the painting: a photograph may show nothing to divide by. */
  private float factor(double weight, Variable ofPainting) {
    double scale = weights.relative() ? Ops.mean(Ops.square(ofPainting)).item() : 1;
    return (float) (weight / scale);
  }

  /**
   * {@code F F' / (C H W)} of each sample's features F, a row for each channel.
   *
   * @return N x C x C x 1
   */
  public static Variable gram(Variable features) {
    Shape s = features.shape();
    return Ops.affine(Ops.channelProducts(features, features), 1f / ((float) s.c() * s.plane()), 0);
  }

  /**
   * The anisotropic total variation of a picture, squared: the mean over all neighbours, horizontal
   * and vertical, of the squared difference in [0, 1].
   */
  public static Variable totalVariation(Variable images) {
    Shape s = images.shape();
    Variable down =
        Functional.mseLoss(
            Functional.crop(images, 1, 0, s.h() - 1, s.w()),
            Functional.crop(images, 0, 0, s.h() - 1, s.w()));
    Variable across =
        Functional.mseLoss(
            Functional.crop(images, 0, 1, s.h(), s.w() - 1),
            Functional.crop(images, 0, 0, s.h(), s.w() - 1));
    return Ops.affine(Ops.add(down, across), 1f / (255 * 255), 0);
  }

  /**
   * The loss of pictures.
   *
   * @param photographs what the pictures were made of, of the same shape
   */
  public Terms of(Variable pictures, Variable photographs) {
    Map<String, Variable> seen = features.of(pictures, layers.all());
    Map<String, Variable> wanted = features.of(photographs.detach(), layers.content());
    Variable content = zero(pictures.backend());
    for (String layer : layers.content()) {
      Variable error = Functional.mseLoss(seen.get(layer), wanted.get(layer));
      content = Ops.add(content, Ops.affine(error, contentFactors.get(layer), 0));
    }
    Variable style = zero(pictures.backend());
    for (String layer : layers.style()) {
      Variable error = Functional.mseLoss(gram(seen.get(layer)), targets.get(layer));
      style = Ops.add(style, Ops.affine(error, styleFactors.get(layer), 0));
    }
    Variable tv = zero(pictures.backend());
    if (weights.tv() > 0) {
      tv = Ops.affine(totalVariation(pictures), (float) weights.tv(), 0);
    }
    return new Terms(content, style, tv, Ops.add(Ops.add(content, style), tv));
  }

  private static Variable zero(Backend backend) {
    Tensor zero = backend.allocate(Shape.scalar());
    backend.fill(zero, 0);
    return Variable.constant(backend, zero);
  }

  @Override
  public void close() {
    targets.values().forEach(target -> target.tensor().close());
  }
}
