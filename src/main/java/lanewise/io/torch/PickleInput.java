package lanewise.io.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The bytes of a pickle; no length in it is believed before as many bytes are there. */
final class PickleInput {
  private final ByteBuffer bytes;

  /**
   * @param bytes from the position on; as pickles are read the position moves on
   */
  PickleInput(ByteBuffer bytes) {
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
  }

  int position() {
    return bytes.position();
  }

  int unsignedByte() throws TorchFormatException {
    return Byte.toUnsignedInt(next(1).get());
  }

  int unsignedShort() throws TorchFormatException {
    return Short.toUnsignedInt(next(2).getShort());
  }

  int signedInt() throws TorchFormatException {
    return next(4).getInt();
  }

  long unsignedInt() throws TorchFormatException {
    return Integer.toUnsignedLong(signedInt());
  }

  long signedLong() throws TorchFormatException {
    return next(8).getLong();
  }

  /** A float64 as pickles have it: big-endian, unlike their integers. */
  double bigEndianDouble() throws TorchFormatException {
    return Double.longBitsToDouble(Long.reverseBytes(signedLong()));
  }

  byte[] bytes(long count) throws TorchFormatException {
    next(count);
    byte[] copy = new byte[(int) count];
    bytes.get(copy);
    return copy;
  }

  String text(long count) throws TorchFormatException {
    return new String(bytes(count), StandardCharsets.UTF_8);
  }

  /** The rest of a line, without its end. */
  String line() throws TorchFormatException {
    int end = bytes.position();
    while (end < bytes.limit() && bytes.get(end) != '\n') {
      end++;
    }
    String line = text(end - bytes.position());
    next(1).get();
    return line;
  }

  private ByteBuffer next(long count) throws TorchFormatException {
    if (count < 0 || count > bytes.remaining()) {
      throw TorchFormatException.damaged(
          "its pickle needs %s bytes where %d are left"
              .formatted(Long.toUnsignedString(count), bytes.remaining()));
    }
    return bytes;
  }
}
