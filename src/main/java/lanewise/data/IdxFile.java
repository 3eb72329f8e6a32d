package lanewise.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import lanewise.UserException;

/**
 * An IDX file of unsigned bytes, plain or gzip, read item by item.
 *
 * <p>The format of MNIST: two zero bytes, the element type, the number of dimensions, the
 * dimensions as big-endian 32-bit integers, the elements. The first dimension counts the items. The
 * header is held to the size of the file before anything is allocated.
 */
final class IdxFile implements AutoCloseable {
  private static final int UNSIGNED_BYTE = 0x08;
  private static final int GZIP_MAGIC = 0x1F8B;

  /** Deflate cannot expand a byte to more than this many (RFC 1951: 258 bytes for 2 bits). */
  private static final long LARGEST_EXPANSION = 1032;

  private final String where;
  private final DataInputStream in;
  private int[] dimensions;

  private IdxFile(String where, InputStream in) {
    this.where = where;
    this.in = new DataInputStream(in);
  }

  static IdxFile open(Path file) {
    String where = file.toString();
    try {
      long length = Files.size(file);
      if (length == 0) {
        throw UnreadableFile.empty(where);
      }
      return open(where, length, where.endsWith(".gz"), Files.newInputStream(file));
    } catch (IOException e) {
      throw failure(where, e);
    }
  }

  static IdxFile open(String where, byte[] gzip) {
    try {
      return open(where, gzip.length, true, new ByteArrayInputStream(gzip));
    } catch (IOException e) {
      throw failure(where, e);
    }
  }

  private static IdxFile open(String where, long length, boolean namedGzip, InputStream raw)
      throws IOException {
    try {
      BufferedInputStream in = new BufferedInputStream(raw, 1 << 16);
      in.mark(2);
      boolean gzip = (in.read() << 8 | in.read()) == GZIP_MAGIC;
      in.reset();
      if (namedGzip && !gzip) {
        throw new UserException(
            where + " is named .gz but is not gzip data: fetch it again, or rename it without .gz");
      }
      IdxFile file = new IdxFile(where, gzip ? new GZIPInputStream(in, 1 << 16) : in);
      file.readHeader(length, gzip);
      return file;
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  private void readHeader(long length, boolean gzip) throws IOException {
    int magic = in.readInt();
    int type = magic >> 8;
    int rank = magic & 0xFF;
    if (magic >>> 16 != 0 || rank == 0) {
      throw new UserException(
          String.format(
              "%s is not an IDX file: it starts with 0x%08X, images start with 0x00000803;"
                  + " give an IDX file, a CIFAR-10 .bin file or a folder of images",
              where, magic));
    }
    if (type != UNSIGNED_BYTE) {
      throw new UserException(
          String.format(
              "%s holds IDX elements of type 0x%02X: convert them to unsigned bytes (0x08)",
              where, type));
    }
    dimensions = new int[rank];
    for (int i = 0; i < rank; i++) {
      dimensions[i] = in.readInt();
    }
    checkDimensions(length, gzip);
  }

  private void checkDimensions(long length, boolean gzip) {
    if (dimensions[0] == 0) {
      throw new UserException(where + " holds no items: give a file that has some");
    }
    long elements = 1;
    try {
      for (int dimension : dimensions) {
        if (dimension <= 0) {
          throw new ArithmeticException();
        }
        elements = Math.multiplyExact(elements, dimension);
      }
      Math.toIntExact(elements / dimensions[0]);
    } catch (ArithmeticException e) {
      throw new UserException(
          where + " has impossible dimensions " + Arrays.toString(dimensions) + ": fetch it again",
          e);
    }
    long header = 4 + 4L * dimensions.length;
    if (gzip ? elements / LARGEST_EXPANSION > length : elements > length - header) {
      throw truncated(where);
    }
    if (!gzip && elements < length - header) {
      throw trailing();
    }
  }

  /** The dimensions, items first; all positive, the bytes of an item an {@code int}. */
  int[] dimensions() {
    return dimensions.clone();
  }

  /** Reads the next bytes of the items. */
  void read(byte[] target) {
    try {
      in.readFully(target);
    } catch (IOException e) {
      throw failure(where, e);
    }
  }

  /** Checks that nothing follows the last item. */
  void expectEnd() {
    try {
      if (in.read() >= 0) {
        throw trailing();
      }
    } catch (IOException e) {
      throw failure(where, e);
    }
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw failure(where, e);
    }
  }

  private static UserException failure(String where, IOException e) {
    return switch (e) {
      case EOFException _ -> truncated(where);
      case ZipException _ ->
          new UserException(
              where + " is corrupt gzip data (" + e.getMessage() + "): fetch it again", e);
      default -> UnreadableFile.of(where, e);
    };
  }

  private static UserException truncated(String where) {
    return new UserException(
        where + " is truncated, it ends before the data its header announces: fetch it again");
  }

  private UserException trailing() {
    return new UserException(
        where + " has bytes after the data its header announces: fetch it again");
  }
}
