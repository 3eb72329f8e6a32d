package lanewise.inference;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.IntUnaryOperator;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.model.TranslatorSpec;
import lanewise.model.ValueRange;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.picture.Picture;

/**
 * A trained network from pictures to pictures, for pictures of any size: those whose sides it
 * cannot take are mirrored at their right and lower borders, and what comes of that is cut off.
 */
public final class PictureModel implements AutoCloseable {
  /** Rows that are on their way to the engine or back at a time. */
  private static final int ROWS = 64;

  private final Backend backend;
  private final TranslatorSpec spec;
  private final ImageNetwork network;

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
    this.spec = spec;
    this.network = new ImageNetwork(network, spec.inputChannels(), statistics);
  }

  private static void requireColours(String what, int channels) {
    if (channels != 1 && channels != 3) {
      throw new UserException(
          "the network %s images of %d channels; pictures have 1 or 3".formatted(what, channels));
    }
  }

  public TranslatorSpec spec() {
    return spec;
  }

  /**
   * What the network makes of a picture: as large, with its alpha.
   *
   * @throws UserException if the picture is too small for the network, or needs more memory than
   *     there is
   */
  public Picture apply(Picture picture) {
    int width = Math.ceilDiv(picture.width(), spec.multiple()) * spec.multiple();
    int height = Math.ceilDiv(picture.height(), spec.multiple()) * spec.multiple();
    Shape input = shape(picture, width, height);
    Shape output = outputShape(picture, input);
    requireMemory(picture, network.bytes(input));
    try (Scope _ = backend.scope()) {
      Tensor x = backend.allocate(input);
      upload(levels(picture), picture.width(), picture.height(), x);
      Tensor y = backend.allocate(output);
      network.apply(x, y);
      float[][] planes = read(y, picture.width(), picture.height());
      return new Picture(picture.width(), picture.height(), planes, picture.alpha());
    }
  }

  private Shape shape(Picture picture, int width, int height) {
    try {
      return Shape.of(1, spec.inputChannels(), height, width);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "%d x %d pixels are too many for one tensor; use a smaller --size"
              .formatted(picture.width(), picture.height()),
          e);
    }
  }

  private Shape outputShape(Picture picture, Shape input) {
    try {
      return network.outputShape(input);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "%d x %d pixels are too few for the network (%s); use a larger picture, or --size"
              .formatted(picture.width(), picture.height(), e.getMessage()),
          e);
    }
  }

  /** An engine would take what the system promises, and the process be ended for using it. */
  private static void requireMemory(Picture picture, long needed) {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    if (needed > system.getTotalMemorySize()) {
      throw new UserException(
          "%d x %d pixels need about %.1f GB of memory with this network, and the machine has %.1f;"
                  .formatted(
                      picture.width(),
                      picture.height(),
                      1e-9 * needed,
                      1e-9 * system.getTotalMemorySize())
              + " use a smaller --size");
    }
  }

  /** The planes that the network takes. */
  private float[][] levels(Picture picture) {
    return spec.inputChannels() == 1
        ? new float[][] {Luminance.of(picture)}
        : picture.rgb().planes();
  }

  // ---- to the engine and back, some rows at a time

  private void upload(float[][] planes, int width, int height, Tensor x) {
    ValueRange range = spec.values();
    float scale = (range.white() - range.black()) / 255;
    IntUnaryOperator column = mirrored(width);
    IntUnaryOperator row = mirrored(height);
    Shape s = x.shape();
    float[] values = {};
    for (int from = 0; from < s.h(); from += ROWS) {
      Shape strip = Shape.of(1, s.c(), Math.min(ROWS, s.h() - from), s.w());
      if (values.length != strip.size()) {
        values = new float[strip.size()];
      }
      int at = 0;
      for (float[] plane : planes) {
        for (int i = 0; i < strip.h(); i++) {
          int start = row.applyAsInt(from + i) * width;
          for (int j = 0; j < s.w(); j++) {
            values[at++] = range.black() + scale * plane[start + column.applyAsInt(j)];
          }
        }
      }
      backend.upload(values, x.part((long) from * s.w() * s.c(), strip));
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
    ValueRange range = spec.values();
    float scale = 255 / (range.white() - range.black());
    Shape s = y.shape();
    float[][] planes = new float[s.c()][width * height];
    float[] values = {};
    for (int from = 0; from < height; from += ROWS) {
      Shape strip = Shape.of(1, s.c(), Math.min(ROWS, height - from), s.w());
      if (values.length != strip.size()) {
        values = new float[strip.size()];
      }
      backend.read(y.part((long) from * s.w() * s.c(), strip), values);
      for (int c = 0; c < s.c(); c++) {
        for (int i = 0; i < strip.h(); i++) {
          int start = (c * strip.h() + i) * s.w();
          for (int j = 0; j < width; j++) {
            float level = scale * (values[start + j] - range.black());
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
