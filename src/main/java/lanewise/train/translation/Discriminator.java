package lanewise.train.translation;

import java.util.Map;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.nn.Initialization;
import lanewise.nn.Network;
import lanewise.nn.Pass;
import lanewise.train.Adam;
import lanewise.train.AdamOptions;
import lanewise.train.NetworkMetadata;

/** A discriminator of pictures or pairs, with its optimiser. */
final class Discriminator implements AutoCloseable {
  private final DiscriminatorSpec spec;
  private final Network network;
  private final Adam adam;

  Discriminator(
      Backend backend, DiscriminatorSpec spec, String name, AdamOptions options, long seed) {
    this.spec = spec;
    network = new Network(backend, spec.network(), name);
    network.initialize(Initialization.DCGAN, seed);
    adam = new Adam(network, options);
  }

  /** The scores of patches: N x 1 x H' x W'. */
  Variable scores(Variable images) {
    return network.forward(images, Pass.BATCH);
  }

  /**
   * Passes if images of a shape are large enough.
   *
   * @throws lanewise.UserException if they are not
   */
  void requireFits(Shape images) {
    Generator.requireFits("discriminator", network, images);
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
