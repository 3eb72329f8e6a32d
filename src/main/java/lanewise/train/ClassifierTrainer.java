package lanewise.train;

import java.util.function.Consumer;
import java.util.stream.IntStream;
import lanewise.UserException;
import lanewise.autograd.Softmax;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Tensor;
import lanewise.data.Batches;
import lanewise.data.Dataset;
import lanewise.model.ImageClassifier;
import lanewise.nn.Initialization;
import lanewise.nn.Network;
import lanewise.nn.Statistics;

/**
 * Trains an {@link ImageClassifier} by cross-entropy.
 *
 * <p>Adam with a learning rate that rises over the first fifth of the steps and falls to 0 over the
 * others, in straight lines: the one-cycle policy of Smith and Topin, "Super-Convergence", 2018,
 * which gets far in a few epochs.
 */
public final class ClassifierTrainer implements AutoCloseable {
  private static final int BATCH_SIZE = 128;
  private static final double PEAK_RATE = 4e-3;
  private static final double RISING = 0.2;
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;

  private final ImageClassifier model;
  private final Network network;
  private final Dataset data;
  private final Batches batches;
  private final Adam adam;
  private final float[] images;

  /** The mean loss of an epoch, counted from 1. */
  public record Epoch(int number, double loss) {}

  private ClassifierTrainer(
      Network network, ImageClassifier model, Dataset data, int batchSize, long seed) {
    this.model = model;
    this.network = network;
    this.data = data;
    batches = new Batches(data, batchSize, seed);
    adam = new Adam(network, new AdamOptions(PEAK_RATE, BETA1, BETA2));
    images = new float[model.imageShape(batchSize).size()];
  }

  /**
   * Trains a classifier.
   *
   * @param name of the data, for reports: {@code fashion-mnist}
   * @param data square images with labels
   * @param seed of the weights and the order of the data
   * @param listener is told of every epoch
   * @return the classifier, of which nothing was tested yet; the caller closes it
   * @throws UserException if the data has no labels or too small images, or the loss is not finite
   */
  public static TrainedClassifier train(
      Backend backend, String name, Dataset data, int epochs, long seed, Consumer<Epoch> listener) {
    if (data.classes() == 0) {
      throw new UserException(
          data.name()
              + " has no labels, from which a classifier learns: give IDX files with their labels,"
              + " CIFAR-10, or a folder with one folder for each class");
    }
    if (data.height() != data.width()) {
      throw new UserException(
          "%s has images of %d x %d pixels, a classifier needs square ones: give --image-size"
              .formatted(data.name(), data.width(), data.height()));
    }
    ImageClassifier model = new ImageClassifier(data.height(), data.channels(), data.classes());
    ImageClassifier.Layers layers = model.layers();
    Network network = new Network(backend, layers, "classifier");
    try (ClassifierTrainer trainer =
        new ClassifierTrainer(network, model, data, Math.min(BATCH_SIZE, data.size()), seed)) {
      network.initialize(Initialization.DEFAULT, seed);
      trainer.run(epochs, listener);
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
    return new TrainedClassifier(
        model, layers, network, new TrainedClassifier.Origin(name, Double.NaN, 0));
  }

  private void run(int epochs, Consumer<Epoch> listener) {
    long perEpoch = batches.stepsPerEpoch();
    for (int epoch = 1; epoch <= epochs; epoch++) {
      double loss = 0;
      for (long step = (epoch - 1) * perEpoch; step < epoch * perEpoch; step++) {
        loss += step(step, shareOfPeak((step + 0.5) / (epochs * perEpoch)));
      }
      listener.accept(new Epoch(epoch, loss / perEpoch));
    }
  }

  private static double shareOfPeak(double done) {
    return done < RISING ? done / RISING : (1 - done) / (1 - RISING);
  }

  /** One step, counted from 0, at a share of the learning rate. */
  private float step(long step, double share) {
    adam.advance(share);
    try (Scope _ = network.backend().scope()) {
      Variable logits = network.forward(images(step), Statistics.BATCH);
      Variable loss = Softmax.crossEntropy(logits, targets(batches.indices(step)));
      float value = loss.item();
      if (!Float.isFinite(value)) {
        throw new UserException(
            "the classifier's loss is %s at step %d: try another --seed".formatted(value, step));
      }
      network.backward(loss);
      adam.step();
      return value;
    }
  }

  private Variable images(long step) {
    Backend backend = network.backend();
    batches.read(step, images);
    Tensor tensor = backend.allocateActivation(model.imageShape(batches.size()));
    backend.upload(images, tensor);
    return Variable.constant(backend, tensor);
  }

  private Variable targets(int[] indices) {
    int[] labels = IntStream.of(indices).map(data::label).toArray();
    return Labels.oneHot(network.backend(), labels, model.classes());
  }

  @Override
  public void close() {
    adam.close();
  }
}
