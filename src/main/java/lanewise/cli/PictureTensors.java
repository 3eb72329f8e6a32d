package lanewise.cli;

import java.util.ArrayList;
import java.util.List;
import lanewise.onnx.HostTensor;
import lanewise.onnx.HostTensor.Kind;
import lanewise.onnx.Port;
import lanewise.picture.Picture;
import lanewise.picture.ResizeFilter;

/**
 * Pictures as the inputs and outputs of models.
 *
 * @param in what goes in for black and white, before mean and divisor
 * @param out what comes out for them
 * @param mean subtracted from red, green and blue
 * @param divisor by which they are divided then
 * @param resizes whether a picture is brought to the size that a model names
 */
record PictureTensors(Range in, Range out, float[] mean, float[] divisor, boolean resizes) {
  private static final float WHITE = 255;

  /** The weights of red, green and blue in grey, of ITU-R BT.601. */
  private static final float[] LUMA = {0.299f, 0.587f, 0.114f};

  /** The numbers for black and white. */
  record Range(float black, float white) {
    private float number(float level) {
      return black + (white - black) * (level / WHITE);
    }

    private float level(float number) {
      return (number - black) / (white - black) * WHITE;
    }
  }

  /** A batch of one, in the order and with the channels that the model names: RGB, if none. */
  HostTensor tensor(Picture given, Port port) {
    boolean channelsLast = !isChannels(size(port, 1)) && isChannels(size(port, 3));
    int channels = size(port, channelsLast ? 3 : 1) == 1 ? 1 : 3;
    int height = size(port, channelsLast ? 1 : 2);
    int width = size(port, channelsLast ? 2 : 3);
    boolean fits = !resizes || height == 0 || width == 0;
    Picture picture = fits ? given : given.resized(width, height, ResizeFilter.BICUBIC);
    float[][] planes = channels == 1 ? new float[][] {grey(picture)} : picture.rgb().planes();
    int pixels = picture.width() * picture.height();
    float[] numbers = new float[Math.multiplyExact(channels, pixels)];
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < pixels; i++) {
        float number = (in.number(planes[c][i]) - mean[c]) / divisor[c];
        numbers[channelsLast ? i * channels + c : c * pixels + i] = number;
      }
    }
    return channelsLast
        ? HostTensor.of(numbers, 1, picture.height(), picture.width(), channels)
        : HostTensor.of(numbers, 1, channels, picture.height(), picture.width());
  }

  private static float[] grey(Picture picture) {
    if (picture.channels() == 1) {
      return picture.planes()[0];
    }
    float[] grey = new float[picture.width() * picture.height()];
    for (int c = 0; c < LUMA.length; c++) {
      for (int i = 0; i < grey.length; i++) {
        grey[i] += LUMA[c] * picture.planes()[c][i];
      }
    }
    return grey;
  }

  private static boolean isChannels(int size) {
    return size == 1 || size == 3;
  }

  /** The size of an axis, or 0 where the model leaves it open. */
  private static int size(Port port, int axis) {
    boolean isKnown =
        port.sizes() != null
            && axis < port.sizes().size()
            && Character.isDigit(port.sizes().get(axis).charAt(0));
    return isKnown ? Integer.parseInt(port.sizes().get(axis)) : 0;
  }

  /** Each sample of a batch of images with 1 or 3 channels; none if it is something else. */
  List<Picture> pictures(HostTensor tensor) {
    int[] dims = tensor.dims();
    if (tensor.kind() != Kind.FLOAT || dims.length != 4 || tensor.size() == 0) {
      return List.of();
    }
    boolean channelsFirst = isChannels(dims[1]) && dims[2] > 1 && dims[3] > 1;
    boolean channelsLast = !channelsFirst && isChannels(dims[3]) && dims[1] > 1 && dims[2] > 1;
    if (!channelsFirst && !channelsLast) {
      return List.of();
    }
    int channels = dims[channelsFirst ? 1 : 3];
    int height = dims[channelsFirst ? 2 : 1];
    int width = dims[channelsFirst ? 3 : 2];
    List<Picture> pictures = new ArrayList<>();
    for (int n = 0; n < dims[0]; n++) {
      float[][] planes = new float[channels][height * width];
      int at = n * channels * height * width;
      for (int c = 0; c < channels; c++) {
        for (int i = 0; i < planes[c].length; i++) {
          int offset = channelsFirst ? c * planes[c].length + i : i * channels + c;
          planes[c][i] = out.level(tensor.floats()[at + offset]);
        }
      }
      pictures.add(new Picture(width, height, planes));
    }
    return pictures;
  }
}
