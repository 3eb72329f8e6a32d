package lanewise.model;

import java.util.ArrayList;
import java.util.List;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.nn.Conv2d;
import lanewise.nn.ConvTranspose2d;
import lanewise.nn.Dropout;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Module;
import lanewise.nn.Pass;
import lanewise.nn.Pointwise;
import lanewise.nn.Sequential;

/**
 * pix2pix's generator (Isola et al. 2017, after Ronneberger et al. 2015), with the layers and names
 * of the authors' {@code pytorch-CycleGAN-and-pix2pix}: levels within levels, each of which halves
 * the image, hands it to the next, doubles the result and puts its own input beside it.
 *
 * <p>N x inputChannels x H x W to N x outputChannels x H x W in (-1, 1), where H and W are
 * multiples of {@code 2^depth}.
 */
public final class UnetGenerator extends Sequential {
  /** Three levels that double the channels, one that keeps them, and the innermost. */
  static final int LEAST_DEPTH = 5;

  /** For images of 4096 pixels. */
  static final int MOST_DEPTH = 12;

  private static final float SLOPE = 0.2f;

  public UnetGenerator(TranslatorSpec spec) {
    super("model", new Sequential("model", outermost(spec)));
  }

  private static Sequential outermost(TranslatorSpec spec) {
    int ngf = spec.ngf();
    Norm norm = spec.norm();
    Level level = innermost(8 * ngf, norm);
    for (int i = LEAST_DEPTH; i < spec.depth(); i++) {
      level = level(8 * ngf, 8 * ngf, level, norm, spec.dropout());
    }
    for (int width = 4 * ngf; width >= ngf; width /= 2) {
      level = level(width, 2 * width, level, norm, false);
    }
    return new Sequential(
        halving(spec.inputChannels(), ngf, norm.keepsBias()),
        level,
        LeakyReLU.relu(),
        doubling(2 * ngf, spec.outputChannels(), true),
        Pointwise.tanh());
  }

  private static Level innermost(int width, Norm norm) {
    return new Level(
        List.of(
            new LeakyReLU(SLOPE),
            halving(width, width, norm.keepsBias()),
            LeakyReLU.relu(),
            doubling(width, width, norm.keepsBias()),
            norm.of(width, 0)));
  }

  /** A level that hands {@code inner} channels to the next, which gives back twice as many. */
  private static Level level(int outer, int inner, Level next, Norm norm, boolean dropout) {
    List<Module> layers = new ArrayList<>();
    layers.add(new LeakyReLU(SLOPE));
    layers.add(halving(outer, inner, norm.keepsBias()));
    layers.add(norm.of(inner, 0));
    layers.add(next);
    layers.add(LeakyReLU.relu());
    layers.add(doubling(2 * inner, outer, norm.keepsBias()));
    layers.add(norm.of(outer, 0));
    if (dropout) {
      layers.add(new Dropout(0.5f));
    }
    return new Level(layers);
  }

  private static Module halving(int in, int out, boolean bias) {
    return new Conv2d(in, out, 4, ConvSpec.of(2, 1), bias);
  }

  private static Module doubling(int in, int out, boolean bias) {
    return new ConvTranspose2d(in, out, 4, ConvSpec.of(2, 1), 0, bias);
  }

  /**
   * The input, and beside it what the layers make of it.
   *
   * <p>The original activates in place, so that it hands on its input behind the LeakyReLU; the
   * ReLU that follows makes the same of both.
   */
  private static final class Level extends Sequential {

    Level(List<Module> layers) {
      super("model", new Sequential(layers));
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
      return Ops.concat(List.of(x, super.forward(x, pass)));
    }

    @Override
    public GraphNode describe(GraphNode x, GraphNode condition) {
      return node(GraphOperation.Simple.CONCAT, x, super.describe(x, condition));
    }

    @Override
    public Shape outputShape(Shape x) {
      Shape y = super.outputShape(x);
      if (y.h() != x.h() || y.w() != x.w()) {
        throw new IllegalArgumentException(
            "a U-Net cannot halve %s, which has an odd side, and come back to it".formatted(x));
      }
      return Shape.of(x.n(), x.c() + y.c(), x.h(), x.w());
    }
  }
}
