package lanewise.picture;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** What a PNG's chunks say that ImageIO does not: how the camera was held, and what is missing. */
final class PngChunks {
  private static final int SIGNATURE_BYTES = 8;
  private static final int CHECKSUM_BYTES = 4;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454E44;
  private static final int EXIF = 0x65584966;

  /** As much as a JPEG can have. */
  private static final int MAX_EXIF_BYTES = 1 << 16;

  private PngChunks() {}

  /**
   * Walks over the chunks; upright if none says otherwise.
   *
   * @throws EOFException if the file ends within the picture's data
   */
  static Orientation orientation(InputStream file) throws IOException {
    var in = new DataInputStream(new BufferedInputStream(file));
    Orientation orientation = Orientation.UPRIGHT;
    boolean inData = false;
    try {
      in.skipNBytes(SIGNATURE_BYTES);
      for (int type = 0; type != IEND; ) {
        long length = Integer.toUnsignedLong(in.readInt());
        type = in.readInt();
        if (type == EXIF && length <= MAX_EXIF_BYTES) {
          orientation = Exif.orientation(in.readNBytes((int) length), 0);
        } else {
          inData = type == IDAT;
          in.skipNBytes(length);
          inData = false;
        }
        in.skipNBytes(CHECKSUM_BYTES);
      }
    } catch (EOFException e) {
      if (inData) {
        throw new EOFException("truncated");
      }
      // All of the picture is there; its end need not be.
    }
    return orientation;
  }
}
