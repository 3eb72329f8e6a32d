package lanewise.model;

import java.util.ArrayList;
import java.util.List;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.ConvSpec;
import lanewise.backend.Padding;
import lanewise.backend.Shape;
import lanewise.nn.Conv2d;
import lanewise.nn.ConvTranspose2d;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Module;
import lanewise.nn.Normalization;
import lanewise.nn.Pass;
import lanewise.nn.Pointwise;
import lanewise.nn.ReflectionPad2d;
import lanewise.nn.Sequential;

/** CycleGAN's generator (Zhu et al. 2017), with the layers and biases of its PyTorch original. */
public final class ResnetGenerator extends Module {
  private static final int WIDTH = 64;

  private final Sequential model;

  public ResnetGenerator(int blocks) {
    List<Module> layers = new ArrayList<>();
    layers.addAll(reflected(3, WIDTH, 7));
    layers.add(LeakyReLU.relu());
    for (int width = WIDTH; width < 4 * WIDTH; width *= 2) {
      layers.add(new Conv2d(width, 2 * width, 3, ConvSpec.of(2, 1), true));
      layers.addAll(List.of(Normalization.instance(2 * width, false), LeakyReLU.relu()));
    }
    for (int i = 0; i < blocks; i++) {
      layers.add(new Block(4 * WIDTH));
    }
    for (int width = 4 * WIDTH; width > WIDTH; width /= 2) {
      layers.add(new ConvTranspose2d(width, width / 2, 3, ConvSpec.of(2, 1), 1, true));
      layers.addAll(List.of(Normalization.instance(width / 2, false), LeakyReLU.relu()));
    }
    layers.add(new ReflectionPad2d(Padding.all(3)));
    layers.add(new Conv2d(WIDTH, 3, 7, ConvSpec.of(1, 0), true));
    layers.add(Pointwise.tanh());
    model = child("model", new Sequential(layers));
  }

  private static List<Module> reflected(int in, int out, int kernel) {
    return List.of(
        new ReflectionPad2d(Padding.all(kernel / 2)),
        new Conv2d(in, out, kernel, ConvSpec.of(1, 0), true),
        Normalization.instance(out, false));
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return model.forward(x, pass);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return model.describe(x, condition);
  }

  @Override
  public Shape outputShape(Shape x) {
    return model.outputShape(x);
  }

  /** {@code x + f(x)}. */
  private static final class Block extends Module {
    private final Sequential f;

    Block(int width) {
      List<Module> layers = new ArrayList<>(reflected(width, width, 3));
      layers.add(LeakyReLU.relu());
      layers.addAll(reflected(width, width, 3));
      f = child("conv_block", new Sequential(layers));
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
      return Ops.add(x, f.forward(x, pass));
    }

    @Override
    public GraphNode describe(GraphNode x, GraphNode condition) {
      return node(GraphOperation.Simple.ADD, x, f.describe(x, condition));
    }

    @Override
    public Shape outputShape(Shape x) {
      return f.outputShape(x);
    }
  }
}
