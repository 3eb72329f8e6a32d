package lanewise.bench;

import java.util.SplittableRandom;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.model.ResnetGenerator;
import lanewise.model.TranslatorSpec;
import lanewise.nn.Initialization;
import lanewise.nn.Network;
import lanewise.nn.Statistics;

/** CycleGAN's generator with 9 blocks, forward and backward, for the gradients of mean(y^2). */
final class CycleGanWork implements Work {
  private static final int BLOCKS = 9;
  private static final int PIXELS = 256;

  private final Backend backend;
  private final Network generator;
  private final Tensor images;
  private final Runnable step;

  CycleGanWork(Backend backend, int batch) {
    this.backend = backend;
    generator =
        new Network(backend, new ResnetGenerator(TranslatorSpec.cycleGan(BLOCKS)), "generator");
    generator.initialize(Initialization.DCGAN, 1);
    images = backend.allocateActivation(Shape.of(batch, 3, PIXELS, PIXELS));
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[images.shape().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    backend.upload(values, images);
    step = backend.capture(this::compute);
  }

  private void compute() {
    try (Scope _ = backend.scope()) {
      Variable y = generator.forward(Variable.constant(backend, images), Statistics.BATCH);
      generator.backward(Ops.mean(Ops.square(y)));
    }
  }

  @Override
  public void run() {
    step.run();
  }

  @Override
  public void close() {
    images.close();
    generator.close();
  }
}
