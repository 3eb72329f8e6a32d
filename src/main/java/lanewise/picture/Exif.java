package lanewise.picture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The one fact of EXIF that matters here. */
final class Exif {
  private static final int ORIENTATION = 0x0112;
  private static final int SHORT = 3;
  private static final int ENTRY_BYTES = 12;

  private Exif() {}

  /**
   * Finds the orientation in the first directory of EXIF data, which is laid out as a TIFF file.
   *
   * @param data of which the given position is the first of the TIFF header
   * @return upright if there is none, or the data is broken, as viewers take it
   */
  static Orientation orientation(byte[] data, int begin) {
    ByteBuffer tiff = ByteBuffer.wrap(data, begin, data.length - begin).slice();
    if (tiff.limit() < 8) {
      return Orientation.UPRIGHT;
    }
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long directory = Integer.toUnsignedLong(tiff.getInt(4));
    if (directory > tiff.limit() - 2) {
      return Orientation.UPRIGHT;
    }
    int at = (int) directory + 2;
    for (int left = Short.toUnsignedInt(tiff.getShort((int) directory)); left > 0; left--) {
      if (at > tiff.limit() - ENTRY_BYTES) {
        return Orientation.UPRIGHT;
      }
      if (tiff.getShort(at) == ORIENTATION && tiff.getShort(at + 2) == SHORT) {
        return Orientation.of(tiff.getShort(at + 8));
      }
      at += ENTRY_BYTES;
    }
    return Orientation.UPRIGHT;
  }
}
