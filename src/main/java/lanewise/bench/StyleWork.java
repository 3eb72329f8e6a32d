package lanewise.bench;

import java.util.SplittableRandom;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.inference.ImageNetwork;
import lanewise.model.Norm;
import lanewise.model.TranslatorSpec;
import lanewise.model.Upsampling;
import lanewise.nn.Network;

/** A stylisation: the network of fast style transfer, forward. */
final class StyleWork implements Work {
  private static final int PIXELS = 256;

  private final ImageNetwork network;
  private final Tensor image;
  private final Tensor result;

  StyleWork(Backend backend) {
    TranslatorSpec spec = TranslatorSpec.style(32, Norm.INSTANCE, Upsampling.RESIZE);
    try (Network trained = new Network(backend, spec.network(), "style")) {
      trained.initialize(spec.initialization(), 1);
      network = new ImageNetwork(trained, 3);
    }
    image = backend.allocate(Shape.of(1, 3, PIXELS, PIXELS));
    result = backend.allocate(image.shape());
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[image.shape().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 255 * random.nextFloat();
    }
    backend.upload(values, image);
  }

  @Override
  public void run() {
    network.apply(image, result);
  }

  @Override
  public void close() {
    image.close();
    result.close();
    network.close();
  }
}
