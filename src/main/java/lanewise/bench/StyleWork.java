package lanewise.bench;

import java.util.SplittableRandom;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.model.Norm;
import lanewise.model.TranslatorSpec;
import lanewise.model.Upsampling;
import lanewise.nn.Network;
import lanewise.nn.Statistics;

/** A stylisation: the network of fast style transfer, forward. */
final class StyleWork implements Work {
  private static final int PIXELS = 256;

  private final Backend backend;
  private final Network network;
  private final Tensor images;
  private final Runnable step;

  StyleWork(Backend backend, int batch) {
    this.backend = backend;
    TranslatorSpec spec = TranslatorSpec.style(32, Norm.INSTANCE, Upsampling.RESIZE);
    network = new Network(backend, spec.network(), "style");
    network.initialize(spec.initialization(), 1);
    images = backend.allocateActivation(Shape.of(batch, 3, PIXELS, PIXELS));
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[images.shape().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 255 * random.nextFloat();
    }
    backend.upload(values, images);
    step = backend.capture(this::compute);
  }

  private void compute() {
    try (Scope _ = backend.scope()) {
      network.forward(Variable.constant(backend, images), Statistics.RUNNING);
    }
  }

  @Override
  public void run() {
    step.run();
  }

  @Override
  public void close() {
    images.close();
    network.close();
  }
}
