package lanewise.benchmarks.ours;

import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.benchmarks.Inputs;
import lanewise.benchmarks.Work;

/** Work on a backend of its own. */
abstract class EngineWork implements Work {
  final Backend backend;

  EngineWork(Backend backend) {
    this.backend = backend;
  }

  final Tensor input(Shape shape, long seed) {
    Tensor tensor = backend.allocate(shape);
    backend.upload(Inputs.uniform(shape.size(), seed), tensor);
    return tensor;
  }

  final float[] read(Tensor tensor) {
    float[] values = new float[tensor.shape().size()];
    backend.read(tensor, values);
    return values;
  }

  @Override
  public void close() {
    backend.close();
  }
}
