package lanewise.picture;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import lanewise.UserException;
import lanewise.io.AtomicFiles;

/** Reads and writes the pictures of users. */
public final class Pictures {
  /** What width times height may be unless the user says otherwise. */
  public static final long DEFAULT_MAX_PIXELS = 100_000_000;

  /** The option of a command that passes on a limit; named in messages. */
  public static final String MAX_PIXELS_OPTION = "--max-pixels";

  private static final float JPEG_QUALITY = 0.95f;

  private Pictures() {}

  /**
   * Reads a PNG or JPEG file as {@link PictureDecoder} does.
   *
   * @param maxPixels what width times height may be; looked at before anything is decoded
   * @throws UserException if the file cannot be read, is broken or too large, or something else;
   *     its cause is then an {@link IOException}
   */
  public static Picture read(Path file, long maxPixels) {
    return read(file, maxPixels, PictureDecoder::decode);
  }

  /**
   * The sides that a picture has when it is read.
   *
   * @param maxPixels as for {@link #read}
   * @throws UserException as {@link #read}, where that is known without decoding
   */
  public static PictureSize size(Path file, long maxPixels) {
    return read(file, maxPixels, PictureDecoder::size);
  }

  @FunctionalInterface
  private interface Reading<T> {
    T of(Path file, long maxPixels) throws IOException;
  }

  private static <T> T read(Path file, long maxPixels, Reading<T> reading) {
    if (Files.isDirectory(file)) {
      throw new UserException("cannot read " + file + ": it is a folder, not a picture");
    }
    try {
      return reading.of(file, maxPixels);
    } catch (TooManyPixelsException e) {
      boolean raisable = maxPixels < PictureDecoder.LARGEST;
      throw new UserException(
          "cannot read %s: %s; %s"
              .formatted(
                  file,
                  e.getMessage(),
                  raisable ? MAX_PIXELS_OPTION + " allows more" : "make it smaller"),
          e);
    } catch (IOException e) {
      throw new UserException(
          "cannot read %s: %s; give a whole PNG or JPEG".formatted(file, AtomicFiles.reason(e)), e);
    }
  }

  /**
   * Writes a picture as its file's name says, atomically: {@code .png}, or {@code .jpg} and {@code
   * .jpeg} in quality 95.
   *
   * <p>Levels are rounded and clamped, NaN becomes 0. A JPEG has no alpha and shows all as opaque.
   *
   * @throws UserException if the name says no format or the file cannot be written; an old file is
   *     then unchanged
   */
  public static void write(Path file, Picture picture) {
    String format = formatOf(file);
    byte[] bytes = encode(image(picture, format.equals("png")), format);
    AtomicFiles.replaceFile(file, path -> Files.write(path, bytes));
  }

  /**
   * Refuses a name that {@link #write} would refuse, so that a command can do so before it works.
   *
   * @throws UserException if the name says no format
   */
  public static void checkName(Path file) {
    formatOf(file);
  }

  private static String formatOf(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".png")) {
      return "png";
    }
    if (name.endsWith(".jpg") || name.endsWith(".jpeg")) {
      return "jpeg";
    }
    throw new UserException(
        "cannot write " + file + ": its name must end in .png, .jpg or .jpeg, which is its format");
  }

  private static BufferedImage image(Picture picture, boolean withAlpha) {
    boolean alpha = withAlpha && picture.alpha() != null;
    int channels = alpha ? 3 : picture.channels();
    int type =
        alpha
            ? BufferedImage.TYPE_4BYTE_ABGR
            : channels == 3 ? BufferedImage.TYPE_3BYTE_BGR : BufferedImage.TYPE_BYTE_GRAY;
    int width = picture.width();
    var image = new BufferedImage(width, picture.height(), type);
    WritableRaster raster = image.getRaster();
    int bands = raster.getNumBands();
    int[] row = new int[width * bands];
    for (int y = 0; y < picture.height(); y++) {
      for (int b = 0; b < bands; b++) {
        float[] plane =
            b == channels ? picture.alpha() : picture.planes()[Math.min(b, picture.channels() - 1)];
        for (int x = 0; x < width; x++) {
          row[x * bands + b] = Math.clamp(Math.round(plane[y * width + x]), 0, 255);
        }
      }
      raster.setPixels(0, y, width, 1, row);
    }
    return image;
  }

  /** In memory: ImageIO would otherwise keep its own files, and hide why a disk refused a byte. */
  private static byte[] encode(BufferedImage image, String format) {
    var bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    try (var out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam param = writer.getDefaultWriteParam();
      if (format.equals("jpeg")) {
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        param.setCompressionQuality(JPEG_QUALITY);
      }
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException("memory accepts every byte", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
