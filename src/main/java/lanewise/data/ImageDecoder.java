package lanewise.data;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes PNG and JPEG files.
 *
 * <p>Sample values are taken as stored, as Pillow and so torchvision do: no colour profile is
 * applied, transparency is dropped, the image is not turned. Of 16 bits the upper 8 are kept.
 */
final class ImageDecoder {
  /** An image that announces more is hostile or broken. */
  private static final long LARGEST_PIXELS = 100_000_000;

  private ImageDecoder() {}

  /** The sides of an image. */
  record Size(int height, int width) {
    @Override
    public String toString() {
      return width + " x " + height;
    }
  }

  /** Reads something of an image that has been opened. */
  @FunctionalInterface
  private interface Reading<T> {
    T of(ImageReader reader) throws IOException;
  }

  /**
   * Decodes one file to 1 channel if it is stored as grey, else to 3.
   *
   * @throws IOException if it cannot; the message says why
   */
  static ByteImage decode(Path file) throws IOException {
    return read(file, ImageDecoder::decode);
  }

  /**
   * Reads the sides of an image and nothing more.
   *
   * @throws IOException if it cannot; the message says why
   */
  static Size size(Path file) throws IOException {
    return read(file, ImageDecoder::size);
  }

  private static <T> T read(Path file, Reading<T> reading) throws IOException {
    try (ImageInputStream in = new MemoryCacheImageInputStream(Files.newInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new IIOException("not image data");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        return reading.of(reader);
      } finally {
        reader.dispose();
      }
    } catch (RuntimeException e) {
      // The JDK's readers answer some broken files with index and argument exceptions.
      throw new IIOException("broken image data", e);
    }
  }

  private static Size size(ImageReader reader) throws IOException {
    Size size = new Size(reader.getHeight(0), reader.getWidth(0));
    if ((long) size.width * size.height > LARGEST_PIXELS) {
      throw new IIOException(size + " pixels are too many");
    }
    return size;
  }

  private static ByteImage decode(ImageReader reader) throws IOException {
    size(reader);
    // A JPEG that ends early is only warned of; the rest of the image would be plain grey.
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((_, warning) -> warnings.add(warning));
    BufferedImage image = reader.read(0);
    if (warnings.stream().anyMatch(warning -> warning.contains("premature end"))) {
      throw new IIOException("truncated");
    }
    return image.getColorModel() instanceof IndexColorModel palette
        ? fromPalette(image, palette)
        : fromSamples(image.getRaster());
  }

  private static ByteImage fromPalette(BufferedImage image, IndexColorModel palette) {
    int[] colors = new int[palette.getMapSize()];
    palette.getRGBs(colors);
    int channels = 1;
    for (int color : colors) {
      if ((color >> 16 & 0xFF) != (color & 0xFF) || (color >> 8 & 0xFF) != (color & 0xFF)) {
        channels = 3;
      }
    }
    int plane = image.getWidth() * image.getHeight();
    int[] indices = new int[plane];
    image.getRaster().getSamples(0, 0, image.getWidth(), image.getHeight(), 0, indices);
    byte[] pixels = new byte[channels * plane];
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < plane; i++) {
        pixels[c * plane + i] = (byte) (colors[indices[i]] >> (16 - 8 * c));
      }
    }
    return new ByteImage(channels, image.getHeight(), image.getWidth(), pixels);
  }

  private static ByteImage fromSamples(Raster raster) {
    // One band is grey, two are grey and alpha, three RGB, four RGB and alpha. Not through
    // BufferedImage.getRGB: it takes grey for linear, which lightens the grey of files.
    int channels = raster.getNumBands() < 3 ? 1 : 3;
    int width = raster.getWidth();
    int plane = width * raster.getHeight();
    int shift = raster.getSampleModel().getSampleSize(0) - 8;
    byte[] pixels = new byte[channels * plane];
    int[] row = new int[width];
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < raster.getHeight(); y++) {
        raster.getSamples(0, y, width, 1, c, row);
        for (int x = 0; x < width; x++) {
          pixels[c * plane + y * width + x] = (byte) (row[x] >> shift);
        }
      }
    }
    return new ByteImage(channels, raster.getHeight(), width, pixels);
  }
}
