package lanewise.model;

import java.util.ArrayList;
import java.util.List;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;
import lanewise.nn.Conv2d;
import lanewise.nn.GlobalAveragePool;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Linear;
import lanewise.nn.Module;
import lanewise.nn.Normalization;
import lanewise.nn.Pass;
import lanewise.nn.Sequential;
import lanewise.nn.Statistics;

/**
 * A small convolutional classifier whose last hidden layer serves as a space of features.
 *
 * <p>Convolutions of stride 2 halve the image until its side is at most 10 pixels, each with batch
 * norm and ReLU; the means of the last {@link #FEATURES} planes are the features, of which one
 * linear layer makes the logits.
 *
 * @param imageSize pixels of a side, at least 8
 * @param channels of an image
 * @param classes at least 2
 */
public record ImageClassifier(int imageSize, int channels, int classes) {
  /** The size of the last hidden layer. */
  public static final int FEATURES = 64;

  /** The channels at the resolution that the first convolution leaves. */
  private static final int WIDTH = 32;

  private static final int SMALLEST = 8;
  private static final int LARGEST_PLANE = 10;

  /**
   * Checks the sizes.
   *
   * @throws UserException that names the one that is impossible
   */
  public ImageClassifier {
    if (imageSize < SMALLEST) {
      throw new UserException(
          "a classifier needs images of at least %d pixels, not %d".formatted(SMALLEST, imageSize));
    }
    if (classes < 2) {
      throw new UserException("a classifier needs at least 2 classes, not " + classes);
    }
  }

  /** The network with its memory still to be given. */
  public Layers layers() {
    return new Layers(this);
  }

  public Shape imageShape(int count) {
    return Shape.of(count, channels, imageSize, imageSize);
  }

  /** The layers, with the features apart. */
  public static final class Layers extends Module {
    private final Sequential features;
    private final Linear head;

    private Layers(ImageClassifier model) {
      List<Module> layers = new ArrayList<>();
      add(layers, new Conv2d(model.channels, WIDTH, 4, 2, 1), WIDTH);
      add(layers, new Conv2d(WIDTH, WIDTH, 3, 1, 1), WIDTH);
      int width = WIDTH;
      for (int side = model.imageSize / 2; side > LARGEST_PLANE; side /= 2) {
        add(layers, new Conv2d(width, FEATURES, 4, 2, 1), FEATURES);
        width = FEATURES;
      }
      add(layers, new Conv2d(width, FEATURES, 3, 1, 1), FEATURES);
      add(layers, new Conv2d(FEATURES, FEATURES, 3, 1, 1), FEATURES);
      layers.add(new GlobalAveragePool());
      features = child("features", new Sequential(layers));
      head = child("classifier", new Linear(FEATURES, model.classes, true));
    }

    private static void add(List<Module> layers, Conv2d convolution, int channels) {
      layers.add(convolution);
      layers.add(Normalization.batch(channels));
      layers.add(LeakyReLU.relu());
    }

    /** N x C x H x W to N x {@link #FEATURES}. */
    public Variable features(Variable images, Pass pass) {
      return features.forward(images, pass);
    }

    /** N x {@link #FEATURES} to one logit for each class. */
    public Variable logits(Variable features) {
      return head.forward(features, Pass.of(Statistics.RUNNING));
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
      return logits(features(x, pass));
    }

    @Override
    public Shape outputShape(Shape x) {
      return head.outputShape(features.outputShape(x));
    }
  }
}
