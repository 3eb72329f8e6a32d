package lanewise.model;

import java.util.SequencedMap;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.Module;
import lanewise.nn.Pass;
import lanewise.nn.Sequential;

/** {@code x + f(x)}, where the layers f keep the shape. */
final class ResidualBlock extends Sequential {

  /** A block of layers by their names in it. */
  ResidualBlock(SequencedMap<String, Module> layers) {
    super(layers);
  }

  /** A block of layers whose names begin with {@code name}. */
  ResidualBlock(String name, Sequential layers) {
    super(name, layers);
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Ops.add(super.forward(x, pass), x);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(GraphOperation.Simple.ADD, super.describe(x, condition), x);
  }
}
