package lanewise.picture;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the segments before a JPEG's data say that ImageIO does not: how the camera was held, and
 * what the components are.
 *
 * @param colors by the rules of libjpeg
 */
record JpegMarkers(Orientation orientation, Colors colors) {

  /** What the components of a JPEG mean. */
  enum Colors {
    GREY,
    RGB,
    YCC,
    /** Inverted: 255 is no ink, as Adobe's programs write it and Pillow takes it. */
    CMYK,
    /** As CMYK, with the first three as YCC. */
    YCCK
  }

  private static final int SOS = 0xDA;
  private static final int EOI = 0xD9;

  private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] JFIF = "JFIF\0".getBytes(StandardCharsets.US_ASCII);

  /** Position of the transform in Adobe's segment: 0 for none, 1 for YCC, 2 for YCCK. */
  private static final int ADOBE_TRANSFORM = 11;

  /** Where the components begin in a frame header, and the bytes of each. */
  private static final int FRAME_COMPONENTS = 6;

  private static final int COMPONENT_BYTES = 3;

  /** A picture has about ten. Each takes as long as the picture is large, however short it is. */
  private static final int MAX_SCANS = 100;

  /**
   * Reads the segments up to the first scan, and counts the scans.
   *
   * @throws IOException if it is no picture, or made to take long
   */
  static JpegMarkers read(InputStream file) throws IOException {
    var in = new DataInputStream(new BufferedInputStream(file));
    Orientation orientation = Orientation.UPRIGHT;
    boolean jfif = false;
    int adobe = -1;
    byte[] frame = {};
    try {
      in.skipNBytes(2);
      for (int marker = next(in); marker != SOS && marker != EOI; marker = next(in)) {
        byte[] segment = new byte[Math.max(0, in.readUnsignedShort() - 2)];
        in.readFully(segment);
        if (marker == 0xE0 && begins(segment, JFIF)) {
          jfif = true;
        } else if (marker == 0xE1 && begins(segment, EXIF)) {
          orientation = Exif.orientation(segment, EXIF.length);
        } else if (marker == 0xEE && begins(segment, ADOBE) && segment.length > ADOBE_TRANSFORM) {
          adobe = segment[ADOBE_TRANSFORM];
        } else if (isFrame(marker)) {
          frame = segment;
        }
      }
      checkScans(in);
    } catch (EOFException e) {
      throw new EOFException("truncated");
    }
    return new JpegMarkers(orientation, colors(frame, jfif, adobe));
  }

  /** In the data of a scan, 0xFF is followed by 0 or the number of a restart. */
  private static void checkScans(DataInputStream in) throws IOException {
    int scans = 1;
    for (int marker = next(in); marker != EOI; marker = next(in)) {
      if (marker == SOS && ++scans > MAX_SCANS) {
        throw new IOException("more than " + MAX_SCANS + " scans");
      }
    }
  }

  private static int next(DataInputStream in) throws IOException {
    int marker = in.readUnsignedByte();
    while (marker != 0xFF) {
      marker = in.readUnsignedByte();
    }
    while (marker == 0xFF) {
      marker = in.readUnsignedByte();
    }
    return marker;
  }

  private static boolean begins(byte[] segment, byte[] name) {
    return segment.length >= name.length
        && Arrays.equals(segment, 0, name.length, name, 0, name.length);
  }

  /** SOF0 to SOF15; three of these numbers are other segments. */
  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static Colors colors(byte[] frame, boolean jfif, int adobe) throws IOException {
    int components = frame.length < FRAME_COMPONENTS ? 0 : frame[FRAME_COMPONENTS - 1];
    if (frame.length < FRAME_COMPONENTS + components * COMPONENT_BYTES) {
      throw new IOException("broken image data");
    }
    return switch (components) {
      case 1 -> Colors.GREY;
      case 3 -> {
        boolean namedRgb =
            frame[FRAME_COMPONENTS] == 'R'
                && frame[FRAME_COMPONENTS + COMPONENT_BYTES] == 'G'
                && frame[FRAME_COMPONENTS + 2 * COMPONENT_BYTES] == 'B';
        yield !jfif && (adobe == 0 || adobe < 0 && namedRgb) ? Colors.RGB : Colors.YCC;
      }
      case 4 -> adobe == 2 ? Colors.YCCK : Colors.CMYK;
      default -> throw new IOException(components + " components are no picture");
    };
  }
}
