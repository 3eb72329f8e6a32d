package lanewise.model;

import java.util.ArrayList;
import java.util.List;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;
import lanewise.nn.Embedding;
import lanewise.nn.Init;
import lanewise.nn.Module;
import lanewise.nn.Pass;
import lanewise.nn.Sequential;
import lanewise.nn.Weights;

/**
 * A discriminator that is told classes by projection (Miyato and Koyama 2018, figure 1d): to its
 * score of the features it adds their product with a learned vector of the class, {@code score(f) +
 * <embed(y), sum of f over pixels>}.
 */
final class Projection extends Module {
  private static final Init START = new Init.Normal(0, 0.02);

  private final Sequential main;
  private final Sequential score;
  private final Embedding embed;
  private final int classes;

  private Projection(List<Module> features, List<Module> score, Embedding embed, int classes) {
    this.main = child("main", new Sequential(features));
    this.score = child("score", new Sequential(score));
    this.embed = child("embed", embed);
    this.classes = classes;
  }

  /**
   * A discriminator of these layers, with a projection where there are classes.
   *
   * @param features to N x {@code width} feature maps
   * @param score of these to N x 1
   */
  static Module of(GanSpec spec, List<Module> features, List<Module> score, int width) {
    if (spec.classes() == 0) {
      List<Module> layers = new ArrayList<>(features);
      layers.addAll(score);
      return new Main(layers);
    }
    Weights weights = Weights.spectral(spec.spectralNorm());
    Embedding embed = new Embedding(spec.classes(), width, START, weights);
    return new Projection(features, score, embed, spec.classes());
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    Variable condition = pass.condition("a conditional discriminator", classes);
    Variable features = main.forward(x, pass);
    Variable y = score.forward(features, pass);
    Shape vectors = Shape.matrix(features.shape().n(), features.shape().c());
    Variable product = Ops.mul(embed.forward(condition, pass), Ops.sum(features, vectors));
    return Ops.add(y, Ops.sum(product, y.shape()));
  }

  @Override
  public Shape outputShape(Shape x) {
    return score.outputShape(main.outputShape(x));
  }
}
