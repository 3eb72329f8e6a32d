package lanewise.train.style;

import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.io.TensorEntry;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.train.Adam;
import lanewise.train.AdamOptions;
import lanewise.train.GradientNorms;
import lanewise.train.NotFinite;
import lanewise.train.Results;
import lanewise.train.loss.PerceptualLoss;

/**
 * Trains a network to turn any photograph into a picture of one style (Johnson et al. 2016; Ulyanov
 * et al. 2016): each step minimises a perceptual loss of what it makes of a batch of photographs.
 *
 * <p>Network and loss stay the caller's.
 */
public final class StyleTrainer implements AutoCloseable {
  private static final int CONTENT = 0;
  private static final int STYLE = 1;
  private static final int TV = 2;
  private static final int TOTAL = 3;
  private static final int GRADIENT_NORM = 4;
  private static final String ADAM = "network";
  private static final String LOSS = "perceptual";

  private final Backend backend;
  private final Network network;
  private final PerceptualLoss loss;
  private final Adam adam;
  private final Tensor photographs;
  private final Results results;
  private final NotFinite notFinite;
  private final Runnable compute;
  private final boolean captured;
  private long steps;

  /**
   * What one step measured.
   *
   * @param step counted from 1
   * @param content the loss's terms, each with its weight, before the network's update
   * @param total their sum
   * @param gradNorm Euclidean norm of the network's gradients, measured in every tenth step; NaN in
   *     others
   */
  public record StepResult(
      long step, float content, float style, float tv, float total, float gradNorm) {}

  /**
   * A trainer of a network as it is.
   *
   * @param network takes and gives N x 3 x H x W in [0, 255]
   * @param photographs the shape of a batch
   * @param capture whether steps are replayed where the backend can; without, it is found in which
   *     layer a loss stops being a number
   * @throws UserException if the network makes pictures of another size
   */
  public StyleTrainer(
      Network network, PerceptualLoss loss, AdamOptions adam, Shape photographs, boolean capture) {
    this.network = network;
    this.loss = loss;
    backend = network.backend();
    checkShapes(photographs);
    this.adam = new Adam(network, adam);
    this.photographs = backend.allocateActivation(photographs);
    results = new Results(backend, GRADIENT_NORM + 1);
    notFinite = new NotFinite(Map.of(network.name(), network));
    Runnable step = this::compute;
    compute = capture ? backend.capture(step) : step;
    captured = compute != step;
  }

  private void checkShapes(Shape photographs) {
    Shape pictures;
    try {
      pictures = network.outputShape(photographs);
    } catch (IllegalArgumentException e) {
      throw new UserException("The network does not fit: " + e.getMessage(), e);
    }
    if (!pictures.equals(photographs)) {
      throw new UserException(
          "the network makes %s of photographs of %s: give an --image-size that it keeps, a"
                  .formatted(pictures, photographs)
              + " multiple of 4");
    }
  }

  /**
   * One step.
   *
   * @param images a batch, in [0, 255] and PyTorch's order
   * @param meanwhile runs on the caller's thread while a GPU computes; {@code images} may then be
   *     overwritten
   * @throws UserException if the loss is not finite
   */
  public StepResult step(float[] images, Runnable meanwhile) {
    steps++;
    backend.upload(images, photographs);
    adam.advance(1);
    compute.run();
    boolean isMeasured = GradientNorms.areDue(steps);
    if (isMeasured) {
      GradientNorms.take(results, GRADIENT_NORM, network);
    }
    meanwhile.run();
    float[] values = results.read();
    if (captured) {
      notFinite.checkReplayed(LOSS, values[TOTAL], steps);
    }
    return new StepResult(
        steps,
        values[CONTENT],
        values[STYLE],
        values[TV],
        values[TOTAL],
        isMeasured ? values[GRADIENT_NORM] : Float.NaN);
  }

  private void compute() {
    results.clear();
    try (Scope _ = backend.scope()) {
      Variable input = Variable.constant(backend, photographs);
      Variable pictures = network.forward(input, Statistics.BATCH);
      PerceptualLoss.Terms terms = loss.of(pictures, input);
      if (!captured) {
        notFinite.check(LOSS, terms.total(), steps, terms.total());
      }
      network.backward(terms.total());
      adam.step();
      results.add(CONTENT, terms.content(), 1);
      results.add(STYLE, terms.style(), 1);
      results.add(TV, terms.tv(), 1);
      results.add(TOTAL, terms.total(), 1);
    }
  }

  /** Steps done so far. */
  public long steps() {
    return steps;
  }

  public Network network() {
    return network;
  }

  /** The optimiser's moments. */
  List<TensorEntry> optimizerState() {
    return adam.state(ADAM);
  }

  /** Goes on after {@code steps} steps; the network is loaded separately. */
  void restore(long steps, Map<String, TensorEntry> optimizerState) {
    this.steps = steps;
    adam.restore(ADAM, steps, optimizerState);
  }

  @Override
  public void close() {
    adam.close();
    photographs.close();
    results.close();
  }
}
