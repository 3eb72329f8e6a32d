package lanewise.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/**
 * A layer, or several: declares its parameters and computes its output.
 *
 * <p>What the gradients need is remembered by the variables of each call, never by the layer, so
 * that a network may be called many times before one backward pass.
 */
public abstract class Module {
  private final List<Parameter> parameters = new ArrayList<>();
  private final List<Parameter> buffers = new ArrayList<>();
  private final Map<String, Module> children = new LinkedHashMap<>();

  /**
   * Computes the layer.
   *
   * @param statistics which mean and variance normalisations use
   */
  public abstract Variable forward(Variable x, Statistics statistics);

  /**
   * The shape of the output.
   *
   * @throws IllegalArgumentException if the layer cannot take {@code x}
   */
  public abstract Shape outputShape(Shape x);

  /** Declares a trained parameter. */
  protected final Parameter parameter(String name, Shape shape, Init init, long... dimensions) {
    Parameter p = new Parameter(name, shape, init, dimensions);
    parameters.add(p);
    return p;
  }

  /** Declares an array that is remembered but not trained. */
  protected final Parameter buffer(String name, Shape shape, Init init, long... dimensions) {
    Parameter p = new Parameter(name, shape, init, dimensions);
    buffers.add(p);
    return p;
  }

  /** Adds a part under the name it has in the state dict. */
  protected final <M extends Module> M child(String name, M module) {
    children.put(name, module);
    return module;
  }

  /** This layer's own parameters, without its children's. */
  final List<Parameter> parameters() {
    return parameters;
  }

  /** This layer's own buffers, without its children's. */
  final List<Parameter> buffers() {
    return buffers;
  }

  /** Visits this module and all below it, with their full names ({@code main.0}). */
  final void visit(String name, BiConsumer<String, Module> visitor) {
    visitor.accept(name, this);
    children.forEach((key, child) -> child.visit(join(name, key), visitor));
  }

  static String join(String prefix, String name) {
    return prefix.isEmpty() ? name : prefix + "." + name;
  }
}
