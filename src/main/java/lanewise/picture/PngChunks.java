package lanewise.picture;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** What a PNG's chunks say that ImageIO does not: how the camera was held. */
final class PngChunks {
  private static final int SIGNATURE_BYTES = 8;
  private static final int CHECKSUM_BYTES = 4;
  private static final int IEND = 0x49454E44;
  private static final int EXIF = 0x65584966;

  /** As much as a JPEG can have. */
  private static final int MAX_EXIF_BYTES = 1 << 16;

  private PngChunks() {}

  /** Reads the chunks up to EXIF's, or all; upright if there is none. */
  static Orientation orientation(InputStream file) throws IOException {
    var in = new DataInputStream(new BufferedInputStream(file));
    try {
      in.skipNBytes(SIGNATURE_BYTES);
      while (true) {
        long length = Integer.toUnsignedLong(in.readInt());
        int type = in.readInt();
        if (type == EXIF && length <= MAX_EXIF_BYTES) {
          return Exif.orientation(in.readNBytes((int) length), 0);
        }
        if (type == IEND) {
          return Orientation.UPRIGHT;
        }
        in.skipNBytes(length + CHECKSUM_BYTES);
      }
    } catch (EOFException e) {
      // All of the picture was there; its end need not be.
      return Orientation.UPRIGHT;
    }
  }
}
