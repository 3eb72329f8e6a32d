package lanewise.inference;

import java.util.function.IntUnaryOperator;
import lanewise.SystemMemory;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.model.TranslatorSpec;
import lanewise.model.ValueRange;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.onnx.OnnxModel;
import lanewise.picture.Picture;
import lanewise.picture.ResizeFilter;

/**
 * A trained network from pictures to pictures, for pictures of any size: those whose sides it
 * cannot take are mirrored at their right and lower borders, and what comes of that is cut off.
 */
public final class PictureModel implements AutoCloseable {
  /** Rows that are on their way to the engine or back at a time. */
  private static final int ROWS = 64;

  /** Of a pixel of the picture and of the result: three floats, and what files are made of. */
  private static final long PIXEL_BYTES = 2 * 3 * (Float.BYTES + 1);

  /** A multiple that suits networks which halve images twice, as most do that say nothing of it. */
  private static final int USUAL_MULTIPLE = 4;

  private final Backend backend;
  private final ImageFunction network;
  private final String description;
  private final int channels;
  private final int multiple;
  private final ValueRange values;
  private Shape last;

  /**
   * A network with its present weights, which are copied.
   *
   * @param statistics that batch norms use: running averages, or those of each picture
   * @throws UserException if it does not take and make grey or colour pictures
   */
  public PictureModel(Network network, TranslatorSpec spec, Statistics statistics) {
    requireColours("takes", spec.inputChannels());
    requireColours("makes", spec.outputChannels());
    this.backend = network.backend();
    this.network = new ImageNetwork(network, spec.inputChannels(), statistics);
    description = spec.toString();
    channels = spec.inputChannels();
    multiple = spec.multiple();
    values = spec.values();
  }

  /**
   * An ONNX model.
   *
   * @param values that stand for black and white, in what it takes and in what it makes
   * @throws UserException if it is not from one image to another
   */
  public PictureModel(Backend backend, OnnxModel model, ValueRange values) {
    OnnxImages images = OnnxImages.of(backend, model);
    this.backend = backend;
    this.network = images;
    description = images.toString();
    channels = images.channels();
    multiple = images.hasFixedSize() ? 1 : USUAL_MULTIPLE;
    this.values = values;
  }

  private static void requireColours(String what, int channels) {
    if (channels != 1 && channels != 3) {
      throw new UserException(
          "the network %s images of %d channels; pictures have 1 or 3".formatted(what, channels));
    }
  }

  /** What it is, for people. */
  @Override
  public String toString() {
    return description;
  }

  /**
   * What the network makes of a picture: with its alpha, and as large, unless it enlarges.
   *
   * @throws UserException if the picture is too small for the network, or needs more memory than
   *     there is
   */
  public Picture apply(Picture picture) {
    int width = Math.ceilDiv(picture.width(), multiple) * multiple;
    int height = Math.ceilDiv(picture.height(), multiple) * multiple;
    Shape input = shape(picture, width, height);
    requireMemory(picture, bytes(picture, input));
    if (!input.equals(last)) {
      // What the last picture took does not fit this one.
      backend.trim();
      last = input;
    }
    return network.apply(
        input,
        x -> upload(levels(picture), picture.width(), picture.height(), x),
        y -> made(picture, width, height, y));
  }

  /**
   * The picture that a result shows, without what was added.
   *
   * @param width of the image that the network was given; {@code height} likewise
   */
  private Picture made(Picture picture, int width, int height, Tensor y) {
    Shape made = y.shape();
    requireColours("makes", made.c());
    if (made.h() == height && made.w() == width) {
      float[][] planes = read(y, picture.width(), picture.height());
      return new Picture(picture.width(), picture.height(), planes, picture.alpha());
    }
    // What was added to the picture is as much larger as the picture itself.
    int newWidth = Math.toIntExact((long) picture.width() * made.w() / width);
    int newHeight = Math.toIntExact((long) picture.height() * made.h() / height);
    float[] alpha = picture.resized(newWidth, newHeight, ResizeFilter.BICUBIC).alpha();
    return new Picture(newWidth, newHeight, read(y, newWidth, newHeight), alpha);
  }

  private Shape shape(Picture picture, int width, int height) {
    try {
      return Shape.of(1, channels, height, width);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "%d x %d pixels are too many for one tensor; use a smaller --size"
              .formatted(picture.width(), picture.height()),
          e);
    }
  }

  private long bytes(Picture picture, Shape input) {
    try {
      return network.bytes(input);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "%d x %d pixels are too few for the network (%s); use a larger picture, or --size"
              .formatted(picture.width(), picture.height(), e.getMessage()),
          e);
    }
  }

  /**
   * Refuses what cannot go well: an engine would take what the system promises, and the process be
   * ended for using it.
   */
  private static void requireMemory(Picture picture, long tensors) {
    long needed = tensors + PIXEL_BYTES * picture.width() * picture.height();
    long there = SystemMemory.totalBytes();
    if (needed > there) {
      throw new UserException(
          "%d x %d pixels need about %.1f GB of memory with this network, and the machine has %.1f;"
                  .formatted(picture.width(), picture.height(), 1e-9 * needed, 1e-9 * there)
              + " use a smaller --size");
    }
  }

  /** The planes that the network takes. */
  private float[][] levels(Picture picture) {
    return channels == 1 ? new float[][] {Luminance.of(picture)} : picture.rgb().planes();
  }

  // ---- to the engine and back, some rows at a time

  private void upload(float[][] planes, int width, int height, Tensor x) {
    float scale = (values.white() - values.black()) / 255;
    IntUnaryOperator column = mirrored(width);
    IntUnaryOperator row = mirrored(height);
    Shape s = x.shape();
    float[] numbers = {};
    for (int from = 0; from < s.h(); from += ROWS) {
      Shape strip = Shape.of(1, s.c(), Math.min(ROWS, s.h() - from), s.w());
      if (numbers.length != strip.size()) {
        numbers = new float[strip.size()];
      }
      int at = 0;
      for (float[] plane : planes) {
        for (int i = 0; i < strip.h(); i++) {
          int start = row.applyAsInt(from + i) * width;
          for (int j = 0; j < s.w(); j++) {
            numbers[at++] = values.black() + scale * plane[start + column.applyAsInt(j)];
          }
        }
      }
      backend.upload(numbers, x.part((long) from * s.w() * s.c(), strip));
    }
  }

  /** Back and forth between the borders, whose pixels are not repeated. */
  private static IntUnaryOperator mirrored(int size) {
    if (size == 1) {
      return _ -> 0;
    }
    int period = 2 * (size - 1);
    return i -> i < size ? i : Math.min(i % period, period - i % period);
  }

  private float[][] read(Tensor y, int width, int height) {
    float scale = 255 / (values.white() - values.black());
    Shape s = y.shape();
    float[][] planes = new float[s.c()][width * height];
    float[] numbers = {};
    for (int from = 0; from < height; from += ROWS) {
      Shape strip = Shape.of(1, s.c(), Math.min(ROWS, height - from), s.w());
      if (numbers.length != strip.size()) {
        numbers = new float[strip.size()];
      }
      backend.read(y.part((long) from * s.w() * s.c(), strip), numbers);
      for (int c = 0; c < s.c(); c++) {
        for (int i = 0; i < strip.h(); i++) {
          int start = (c * strip.h() + i) * s.w();
          for (int j = 0; j < width; j++) {
            float level = scale * (numbers[start + j] - values.black());
            planes[c][(from + i) * width + j] = Math.clamp(level, 0f, 255f);
          }
        }
      }
    }
    return planes;
  }

  @Override
  public void close() {
    network.close();
  }
}
