package lanewise.picture;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import lanewise.picture.JpegMarkers.Colors;

/**
 * Decodes PNG and JPEG files of every kind: grey, RGB, palette, with transparency, of 1 to 16 bits,
 * interlaced, progressive, CMYK.
 *
 * <p>Levels are taken as stored, as Pillow and so torchvision do: no colour profile and no gamma is
 * applied. CMYK becomes RGB by Pillow's rule, without a profile. 16 bits keep their precision:
 * level 65535 is 255.
 */
public final class PictureDecoder {
  /** Levels of 16 bits for one of 8. */
  private static final float FINE_LEVELS = 257;

  /** Of the JDK's images, which are one array: 8 bytes a pixel with 16 bits and alpha. */
  static final int LARGEST = Integer.MAX_VALUE / 8;

  private PictureDecoder() {}

  /**
   * Decodes a file and turns it as EXIF says.
   *
   * @param maxPixels what width times height may be; looked at before anything is decoded
   * @return grey if it is stored as grey, or has a palette of greys alone
   * @throws IOException if it cannot, or only a part of the picture is there; the message says why
   */
  public static Picture decode(Path file, long maxPixels) throws IOException {
    return read(
        file,
        maxPixels,
        (reader, jpeg, head) -> {
          if (jpeg) {
            JpegMarkers markers = JpegMarkers.read(head);
            Picture stored = ofJpeg(readWhole(reader), markers.colors());
            return markers.orientation().uprightOf(stored);
          }
          Orientation orientation = PngChunks.orientation(head);
          return orientation.uprightOf(ofPng(reader.read(0)));
        });
  }

  /**
   * Reads the sides that a picture has when it is decoded, and looks for its end, without decoding
   * it.
   *
   * @param maxPixels as for {@link #decode}
   * @throws IOException if it is known already that the picture cannot be decoded; the message says
   *     why
   */
  public static PictureSize size(Path file, long maxPixels) throws IOException {
    return read(
        file,
        maxPixels,
        (reader, jpeg, head) -> {
          Orientation orientation =
              jpeg ? JpegMarkers.read(head).orientation() : PngChunks.orientation(head);
          return orientation.uprightOf(sizeOf(reader));
        });
  }

  /** Reads something of a picture whose size is known to be allowed. */
  @FunctionalInterface
  private interface Reading<T> {
    /** The file from its first byte on is {@code head}, beside the reader's. */
    T of(ImageReader reader, boolean jpeg, InputStream head) throws IOException;
  }

  private static <T> T read(Path file, long maxPixels, Reading<T> reading) throws IOException {
    byte[] first;
    try (InputStream in = Files.newInputStream(file)) {
      first = in.readNBytes(4);
    }
    boolean jpeg = first.length == 4 && first[0] == (byte) 0xFF && first[1] == (byte) 0xD8;
    boolean png = first.length == 4 && first[0] == (byte) 0x89 && first[1] == 'P';
    if (!jpeg && !png) {
      throw new IOException("neither PNG nor JPEG");
    }
    // ImageIO's own choice would try further formats on what is broken.
    ImageReader reader = ImageIO.getImageReadersByFormatName(jpeg ? "jpeg" : "png").next();
    try (InputStream bytes = Files.newInputStream(file);
        ImageInputStream in = new MemoryCacheImageInputStream(bytes);
        InputStream head = Files.newInputStream(file)) {
      reader.setInput(in, true, true);
      PictureSize size = sizeOf(reader);
      checkSize(size.width(), size.height(), maxPixels);
      return reading.of(reader, jpeg, head);
    } catch (IIOException | RuntimeException e) {
      // The JDK's readers answer some broken files with index and argument exceptions.
      throw new IOException("broken or truncated image data", e);
    } finally {
      reader.dispose();
    }
  }

  private static PictureSize sizeOf(ImageReader reader) throws IOException {
    return new PictureSize(reader.getWidth(0), reader.getHeight(0));
  }

  private static void checkSize(int width, int height, long maxPixels) throws IOException {
    long limit = Math.min(maxPixels, LARGEST);
    if ((long) width * height > limit) {
      throw new TooManyPixelsException(width, height, limit);
    }
  }

  /**
   * The components as they are stored. ImageIO's own conversion refuses CMYK, and guesses otherwise
   * than libjpeg what three components are.
   */
  private static Raster readWhole(ImageReader reader) throws IOException {
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((_, warning) -> warnings.add(warning));
    Raster raster = reader.readRaster(0, null);
    // A JPEG that ends early is only warned of; the rest of the picture would be plain grey.
    for (String warning : warnings) {
      String lower = warning.toLowerCase(Locale.ROOT);
      if (lower.contains("premature end") || lower.contains("truncated")) {
        throw new IOException("truncated");
      }
      if (lower.contains("bad huffman")) {
        throw new IOException("broken image data");
      }
    }
    return raster;
  }

  private static Picture ofJpeg(Raster raster, Colors colors) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    float[][] planes = new float[colors == Colors.GREY ? 1 : 3][width * height];
    int bands = raster.getNumBands();
    int[] row = new int[width * bands];
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int at = x * bands;
        if (colors == Colors.YCC || colors == Colors.YCCK) {
          toRgb(row, at);
        }
        for (int c = 0; c < planes.length; c++) {
          int level =
              switch (colors) {
                case GREY, RGB, YCC -> row[at + c];
                case CMYK -> product(row[at + c], row[at + 3]);
                case YCCK -> product(255 - row[at + c], row[at + 3]);
              };
          planes[c][y * width + x] = level;
        }
      }
    }
    return new Picture(width, height, planes);
  }

  /** Rounded as libjpeg does it, in 16 bits after the point. */
  private static void toRgb(int[] ycc, int at) {
    int y = ycc[at];
    int cb = ycc[at + 1] - 128;
    int cr = ycc[at + 2] - 128;
    ycc[at] = Math.clamp(y + (91881 * cr + 32768 >> 16), 0, 255);
    ycc[at + 1] = Math.clamp(y + (-22554 * cb - 46802 * cr + 32768 >> 16), 0, 255);
    ycc[at + 2] = Math.clamp(y + (116130 * cb + 32768 >> 16), 0, 255);
  }

  private static int product(int a, int b) {
    return (a * b + 127) / 255;
  }

  private static Picture ofPng(BufferedImage image) {
    return image.getColorModel() instanceof IndexColorModel palette
        ? ofIndices(image, palette)
        : ofSamples(image.getRaster());
  }

  private static Picture ofIndices(BufferedImage image, IndexColorModel palette) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] colors = new int[palette.getMapSize()];
    palette.getRGBs(colors);
    boolean grey = true;
    for (int color : colors) {
      grey &= (color >> 16 & 0xFF) == (color & 0xFF) && (color >> 8 & 0xFF) == (color & 0xFF);
    }
    float[][] planes = new float[grey ? 1 : 3][width * height];
    float[] alpha = palette.hasAlpha() ? new float[width * height] : null;
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      image.getRaster().getSamples(0, y, width, 1, 0, row);
      for (int x = 0; x < width; x++) {
        int color = colors[row[x]];
        for (int c = 0; c < planes.length; c++) {
          planes[c][y * width + x] = color >> (16 - 8 * c) & 0xFF;
        }
        if (alpha != null) {
          alpha[y * width + x] = color >>> 24;
        }
      }
    }
    return new Picture(width, height, planes, alpha);
  }

  private static Picture ofSamples(Raster raster) {
    // One band is grey, two are grey and alpha, three RGB, four RGB and alpha. Not through
    // BufferedImage.getRGB: it takes grey for linear, which lightens the grey of files.
    int bands = raster.getNumBands();
    float[][] planes = new float[bands < 3 ? 1 : 3][];
    for (int c = 0; c < planes.length; c++) {
      planes[c] = band(raster, c);
    }
    float[] alpha = bands % 2 == 0 ? band(raster, bands - 1) : null;
    return new Picture(raster.getWidth(), raster.getHeight(), planes, alpha);
  }

  private static float[] band(Raster raster, int band) {
    int width = raster.getWidth();
    float unit = raster.getSampleModel().getSampleSize(band) == 16 ? FINE_LEVELS : 1;
    float[] plane = new float[width * raster.getHeight()];
    int[] row = new int[width];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, width, 1, band, row);
      for (int x = 0; x < width; x++) {
        plane[y * width + x] = row[x] / unit;
      }
    }
    return plane;
  }
}
