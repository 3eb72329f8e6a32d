package lanewise.benchmarks.ours;

import java.util.List;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.benchmarks.Workload.CycleGanGenerator;
import lanewise.model.ResnetGenerator;
import lanewise.model.TranslatorSpec;
import lanewise.nn.Initialization;
import lanewise.nn.Network;
import lanewise.nn.Parameter;
import lanewise.nn.Statistics;

final class CycleGanWork extends EngineWork {
  private final Network generator;
  private final Tensor image;
  private float loss;

  CycleGanWork(Backend backend, CycleGanGenerator w) {
    super(backend);
    generator = new Network(backend, new ResnetGenerator(TranslatorSpec.cycleGan(CycleGanGenerator.BLOCKS)));
    generator.initialize(Initialization.DCGAN, CycleGanGenerator.SEED);
    image = input(Shape.of(1, 3, w.pixels(), w.pixels()), 1);
  }

  @Override
  public void run() {
    try (Scope _ = backend.scope()) {
      Variable y = generator.forward(Variable.constant(backend, image), Statistics.BATCH);
      Variable square = Ops.mean(Ops.square(y));
      generator.backward(square);
      loss = square.item();
    }
  }

  /** The loss, and the gradients of the first and the last convolution's weights. */
  @Override
  public List<float[]> results() {
    List<Parameter> weights =
        generator.state().values().stream().filter(p -> p.name().equals("weight")).toList();
    return List.of(
        new float[] {loss},
        read(weights.getFirst().gradient()),
        read(weights.getLast().gradient()));
  }

  @Override
  public void close() {
    generator.close();
    super.close();
  }
}
