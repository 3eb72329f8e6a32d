package lanewise.nn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/**
 * {@code torch.nn.Sequential}: layers one after the other, named by their index or as they are told
 * to be.
 *
 * <p>A LeakyReLU or ReLU behind a layer that can fuse it is computed with that layer.
 */
public class Sequential extends Module {
  private final List<String> names;
  private final List<Module> layers;

  /** Layers by their names in the state dict, from the first to the last. */
  public Sequential(SequencedMap<String, Module> named) {
    super(named);
    names = List.copyOf(named.sequencedKeySet());
    layers = List.copyOf(named.sequencedValues());
  }

  public Sequential(List<Module> layers) {
    this(numbered(layers));
  }

  public Sequential(Module... layers) {
    this(List.of(layers));
  }

  /** One part under a name, by which the names of its layers begin. */
  public Sequential(String name, Module part) {
    this(new LinkedHashMap<>(Map.of(name, part)));
  }

  private static SequencedMap<String, Module> numbered(List<Module> layers) {
    SequencedMap<String, Module> named = new LinkedHashMap<>();
    layers.forEach(layer -> named.put(Integer.toString(named.size()), layer));
    return named;
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
            "layer %s (%s): %s"
                .formatted(names.get(i), layers.get(i).getClass().getSimpleName(), e.getMessage()),
            e);
      }
    }
    return shape;
  }

  @Override
  Shape summarize(String name, Shape x, Consumer<LayerSummary> lines) {
    Shape shape = x;
    for (int i = 0; i < layers.size(); i++) {
      shape = layers.get(i).summarize(join(name, names.get(i)), shape, lines);
    }
    return outputShape(x);
  }
}
