package lanewise.io;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import lanewise.UserException;

/**
 * Writes images in [-1, 1], as generators make them, to PNG files.
 *
 * <p>Values outside are clamped, NaN becomes black. One channel is gray, three are RGB. Files are
 * replaced atomically.
 */
public final class Images {
  private static final int PADDING = 2;

  /** Dark, yet not the black that many data sets have as their background. */
  private static final int PADDING_LEVEL = 40;

  /** Images up to this size are magnified in a grid, to about twice as many pixels. */
  private static final int TINY = 32;

  /** Pixels of a side of a plot. */
  private static final int PLOT = 256;

  private Images() {}

  /**
   * Writes one image, pixel for pixel.
   *
   * @param chw {@code [channels, height, width]} in [-1, 1]
   * @throws UserException if the file cannot be written; an old file is then unchanged
   */
  public static void writePng(Path file, float[] chw, int channels, int height, int width) {
    checkSize(chw, 1, channels, height, width);
    BufferedImage image = blank(channels, height, width);
    paint(image.getRaster(), 0, 0, 1, chw, 0, channels, height, width);
    write(file, image);
  }

  /**
   * Writes many images as one, row by row with 2 pixels between and around them, laid out as {@code
   * torchvision.utils.make_grid} does.
   *
   * <p>Images of at most 32 pixels are magnified by an integer factor (28 and 32 pixels: 2 times)
   * with nearest neighbour, so that single pixels stay visible.
   *
   * @param nchw {@code [count, channels, height, width]} in [-1, 1]
   * @param columns images in a row
   * @throws UserException if the file cannot be written; an old file is then unchanged
   */
  public static void writeGrid(
      Path file, float[] nchw, int count, int channels, int height, int width, int columns) {
    checkSize(nchw, count, channels, height, width);
    if (count < 1 || columns < 1) {
      throw new IllegalArgumentException(count + " images in " + columns + " columns");
    }
    int longer = Math.max(height, width);
    int scale = longer <= TINY ? 2 * TINY / longer : 1;
    int across = Math.min(columns, count);
    int down = Math.ceilDiv(count, across);
    int pitchY = height * scale + PADDING;
    int pitchX = width * scale + PADDING;
    BufferedImage grid =
        blank(
            channels,
            Math.addExact(Math.multiplyExact(down, pitchY), PADDING),
            Math.addExact(Math.multiplyExact(across, pitchX), PADDING));
    WritableRaster raster = grid.getRaster();
    int[] row = new int[channels * grid.getWidth()];
    Arrays.fill(row, PADDING_LEVEL);
    for (int y = 0; y < grid.getHeight(); y++) {
      raster.setPixels(0, y, grid.getWidth(), 1, row);
    }
    for (int n = 0; n < count; n++) {
      int top = PADDING + n / across * pitchY;
      int left = PADDING + n % across * pitchX;
      int at = n * channels * height * width;
      paint(raster, top, left, scale, nchw, at, channels, height, width);
    }
    write(file, grid);
  }

  /**
   * Writes a square plot of points in the plane: the origin in the middle, y upwards, darker where
   * there are more.
   *
   * @param xy the coordinates of each point in turn; points beyond the plot are left out
   * @param extent what it shows of either axis, from the negative to the positive
   * @throws UserException if the file cannot be written; an old file is then unchanged
   */
  public static void writePoints(Path file, float[] xy, float extent) {
    BufferedImage plot = blank(1, PLOT, PLOT);
    WritableRaster raster = plot.getRaster();
    int[] background = new int[PLOT * PLOT];
    Arrays.fill(background, 255);
    raster.setPixels(0, 0, PLOT, PLOT, background);
    for (int i = 0; i + 1 < xy.length; i += 2) {
      int column = (int) Math.floor((1 + xy[i] / extent) * (PLOT / 2f));
      int row = (int) Math.floor((1 - xy[i + 1] / extent) * (PLOT / 2f));
      if (column >= 0 && column < PLOT && row >= 0 && row < PLOT) {
        int level = raster.getSample(column, row, 0);
        raster.setSample(column, row, 0, level / 2);
      }
    }
    write(file, plot);
  }

  private static void checkSize(float[] data, int count, int channels, int height, int width) {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("an image has 1 or 3 channels, not " + channels);
    }
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("an image cannot be " + height + " x " + width);
    }
    long expected = Math.multiplyExact((long) count * channels, (long) height * width);
    if (data.length != expected) {
      throw new IllegalArgumentException(
          "%d values for %d images of %d x %d x %d"
              .formatted(data.length, count, channels, height, width));
    }
  }

  private static BufferedImage blank(int channels, int height, int width) {
    int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB;
    return new BufferedImage(width, height, type);
  }

  private static void paint(
      WritableRaster raster,
      int top,
      int left,
      int scale,
      float[] chw,
      int at,
      int channels,
      int height,
      int width) {
    int outWidth = width * scale;
    int[] row = new int[channels * outWidth];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < outWidth; x++) {
        for (int c = 0; c < channels; c++) {
          row[x * channels + c] = level(chw[at + (c * height + y) * width + x / scale]);
        }
      }
      for (int repeat = 0; repeat < scale; repeat++) {
        raster.setPixels(left, top + y * scale + repeat, outWidth, 1, row);
      }
    }
  }

  private static int level(float value) {
    return Math.clamp(Math.round((value + 1) * 127.5f), 0, 255);
  }

  private static void write(Path file, BufferedImage image) {
    byte[] png = encode(image);
    AtomicFiles.replaceFile(file, path -> Files.write(path, png));
  }

  /** In memory: ImageIO would otherwise keep its own files, and hide why a disk refused a byte. */
  private static byte[] encode(BufferedImage image) {
    var bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    try (var out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(image);
    } catch (IOException e) {
      throw new UncheckedIOException("memory accepts every byte", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
