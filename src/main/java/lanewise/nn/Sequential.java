package lanewise.nn;

import java.util.List;
import java.util.function.Consumer;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/**
 * {@code torch.nn.Sequential}: layers one after the other, named by their index.
 *
 * <p>A LeakyReLU or ReLU behind a layer that can fuse it is computed with that layer.
 */
public final class Sequential extends Module {
  private final List<Module> layers;

  public Sequential(List<Module> layers) {
    this.layers = List.copyOf(layers);
    for (int i = 0; i < layers.size(); i++) {
      child(Integer.toString(i), layers.get(i));
    }
  }

  public Sequential(Module... layers) {
    this(List.of(layers));
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    Variable y = x;
    for (int i = 0; i < layers.size(); i++) {
      y.backend().layer(layers.get(i).path());
      if (layers.get(i) instanceof Activated layer
          && i + 1 < layers.size()
          && layers.get(i + 1) instanceof LeakyReLU next) {
        y = layer.forward(y, pass, next.activation());
        i++;
      } else {
        y = layers.get(i).forward(y, pass);
      }
    }
    return y;
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    GraphNode y = x;
    for (Module layer : layers) {
      y = layer.describe(y, condition);
    }
    return y;
  }

  @Override
  public Shape outputShape(Shape x) {
    Shape shape = x;
    for (int i = 0; i < layers.size(); i++) {
      try {
        shape = layers.get(i).outputShape(shape);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "layer %d (%s): %s"
                .formatted(i, layers.get(i).getClass().getSimpleName(), e.getMessage()),
            e);
      }
    }
    return shape;
  }

  @Override
  Shape summarize(String name, Shape x, Consumer<LayerSummary> lines) {
    Shape shape = x;
    for (int i = 0; i < layers.size(); i++) {
      shape = layers.get(i).summarize(join(name, Integer.toString(i)), shape, lines);
    }
    return shape;
  }
}
