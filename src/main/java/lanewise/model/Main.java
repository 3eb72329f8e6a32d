package lanewise.model;

import java.util.List;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.Module;
import lanewise.nn.Pass;
import lanewise.nn.Sequential;

/** Layers under the name {@code main}, as the networks of PyTorch's DCGAN example hold them. */
final class Main extends Module {
  private final Sequential main;
  private final int classes;

  /** Layers that are told no class, or only where they ask for it themselves. */
  Main(List<Module> layers) {
    this(layers, 0);
  }

  /**
   * Layers whose input is a vector with the class behind it (Mirza and Osindero 2014).
   *
   * @param classes values that a pass's condition adds to the input, or 0 if there are none
   */
  Main(List<Module> layers, int classes) {
    main = child("main", new Sequential(layers));
    this.classes = classes;
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    if (classes == 0) {
      return main.forward(x, pass);
    }
    Variable condition = pass.condition("a conditional generator", classes);
    return main.forward(Ops.concat(List.of(x, condition)), pass);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return main.describe(
        classes == 0 ? x : node(GraphOperation.Simple.CONCAT, x, condition), condition);
  }

  @Override
  public Shape outputShape(Shape x) {
    return main.outputShape(classes == 0 ? x : Shape.of(x.n(), x.c() + classes, x.h(), x.w()));
  }
}
