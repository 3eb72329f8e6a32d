package lanewise.nn;

import java.util.ArrayList;
import java.util.List;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/**
 * The largest of several linear functions, unit by unit, on N x in matrices: a maxout layer
 * (Goodfellow et al., "Maxout Networks", 2013). The parts are named by their index, as in {@code
 * torch.nn.ModuleList}.
 */
public final class Maxout extends Module {
  private final List<Linear> pieces = new ArrayList<>();

  public Maxout(int in, int out, int pieces) {
    for (int i = 0; i < pieces; i++) {
      this.pieces.add(child(Integer.toString(i), new Linear(in, out, true)));
    }
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    Variable y = pieces.getFirst().forward(x, pass);
    for (Linear piece : pieces.subList(1, pieces.size())) {
      y = Ops.max(y, piece.forward(x, pass));
    }
    return y;
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    GraphNode y = pieces.getFirst().describe(x, condition);
    for (Linear piece : pieces.subList(1, pieces.size())) {
      y = node(GraphOperation.Simple.MAX, y, piece.describe(x, condition));
    }
    return y;
  }

  @Override
  public Shape outputShape(Shape x) {
    return pieces.getFirst().outputShape(x);
  }

  @Override
  public String toString() {
    return "Maxout of " + pieces.size();
  }
}
