package lanewise.train.translation;

import java.util.Map;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.data.Planes;
import lanewise.model.TranslatorSpec;
import lanewise.nn.Network;
import lanewise.nn.Pass;
import lanewise.nn.Statistics;
import lanewise.train.Adam;
import lanewise.train.AdamOptions;
import lanewise.train.NetworkMetadata;

/** A generator of pictures from pictures, with its optimiser. */
final class Generator implements AutoCloseable {
  private final Backend backend;
  private final TranslatorSpec spec;
  private final Network network;
  private final Adam adam;

  Generator(Backend backend, TranslatorSpec spec, String name, AdamOptions options, long seed) {
    this.backend = backend;
    this.spec = spec;
    network = new Network(backend, spec.network(), name);
    network.initialize(spec.initialization(), seed);
    adam = new Adam(network, options);
  }

  /**
   * What training makes of images.
   *
   * @param key decides what is dropped, if anything is
   */
  Variable translate(Variable images, Tensor key) {
    return network.forward(images, Pass.BATCH.withDropout(spec.dropout() ? key : null));
  }

  /**
   * What becomes of a picture, with the statistics that the picture itself has, and nothing
   * dropped.
   */
  Planes translate(Planes picture) {
    Shape shape = Shape.of(1, picture.channels(), picture.height(), picture.width());
    try (Scope _ = backend.scope()) {
      Tensor x = backend.allocateActivation(shape);
      backend.upload(picture.values(), x);
      Variable y = network.forward(Variable.constant(backend, x), Pass.of(Statistics.INPUT));
      float[] values = new float[y.shape().size()];
      backend.read(y.tensor(), values);
      return new Planes(y.shape().c(), y.shape().h(), y.shape().w(), values);
    }
  }

  /**
   * Passes if images of a shape come out as large as they went in.
   *
   * @throws UserException if they are too small, or cannot be halved as often as they are
   */
  void requireFits(Shape images) {
    requireFits("generator", network, images);
  }

  static void requireFits(String what, Network network, Shape images) {
    try {
      network.outputShape(images);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "The %s does not fit pictures of %d x %d pixels: %s"
              .formatted(what, images.w(), images.h(), e.getMessage()),
          e);
    }
  }

  Network network() {
    return network;
  }

  Adam adam() {
    return adam;
  }

  Map<String, String> metadata() {
    return NetworkMetadata.of(spec.kind().toString(), spec);
  }

  @Override
  public void close() {
    adam.close();
    network.close();
  }
}
