package lanewise.benchmarks.ours;

import java.util.List;
import lanewise.backend.Backend;
import lanewise.backend.Tensor;
import lanewise.benchmarks.Workload.Convolution;

final class ConvolutionWork extends EngineWork {
  private final Convolution c;
  private final Tensor x;
  private final Tensor w;
  private final Tensor y;

  ConvolutionWork(Backend backend, Convolution c) {
    super(backend);
    this.c = c;
    x = input(c.x(), 1);
    w = input(c.w(), 2);
    y = input(c.y(), 3);
  }

  @Override
  public void run() {
    switch (c.pass()) {
      case FORWARD -> backend.convForward(c.spec(), x, w, y);
      case BACKWARD_DATA -> backend.convBackwardData(c.spec(), y, w, x);
      case BACKWARD_FILTER -> backend.convBackwardFilter(c.spec(), x, y, w);
    }
    backend.sync();
  }

  @Override
  public List<float[]> results() {
    return List.of(
        read(
            switch (c.pass()) {
              case FORWARD -> y;
              case BACKWARD_DATA -> x;
              case BACKWARD_FILTER -> w;
            }));
  }
}
