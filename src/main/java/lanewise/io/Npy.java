package lanewise.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lanewise.Printable;
import lanewise.UserException;
import lanewise.io.torch.Dtype;

/**
 * Arrays in NumPy's <a
 * href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">.npy</a> format.
 *
 * <p>Read: versions 1 to 3, floats of 2, 4 and 8 bytes, signed integers, bytes and booleans, in
 * either order of bytes, in C's or Fortran's order of elements. Written: version 1, float32.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** NumPy reads no longer one either unless it is told to trust the file. */
  private static final int MAX_HEADER = 10_000;

  /** NumPy's limit. */
  private static final int MAX_DIMENSIONS = 64;

  private static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8;
  private static final int CHUNK_BYTES = 1 << 16;

  private static final Map<String, Dtype> DTYPES =
      Map.of(
          "f2", Dtype.F16,
          "f4", Dtype.F32,
          "f8", Dtype.F64,
          "i1", Dtype.I8,
          "i2", Dtype.I16,
          "i4", Dtype.I32,
          "i8", Dtype.I64,
          "u1", Dtype.U8,
          "b1", Dtype.BOOL);

  /** An item of the header, which is a Python dict of three, in any order. */
  private static final Pattern ITEM =
      Pattern.compile(
          "\\s*+'(descr|fortran_order|shape)'\\s*+:\\s*+"
              + "('[^']*+'|True|False|\\([^()]*+\\))\\s*+(?:,|(?=\\}))");

  private static final Pattern SIZE = Pattern.compile("\\d{1,10}");

  /**
   * The elements of a file.
   *
   * @param shape the sizes; empty for a scalar
   * @param data row-major, rounded to the nearest floats
   */
  public record Array(long[] shape, float[] data) {}

  private record Header(Dtype dtype, ByteOrder byteOrder, boolean fortranOrder, long[] shape) {
    int elements() {
      return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }
  }

  private Npy() {}

  /**
   * Reads an array as floats.
   *
   * @throws UserException if the file cannot be read, is damaged, or has elements of another type
   */
  public static Array read(Path file) {
    if (Files.isDirectory(file)) {
      throw new UserException("cannot read " + file + ": it is a folder, not a .npy file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Header header = header(file, channel);
      long bytes = (long) header.elements() * header.dtype.bytes();
      if (channel.size() - channel.position() != bytes) {
        throw broken(
            file,
            "its shape %s of %s needs %d bytes, %d are there"
                .formatted(
                    Arrays.toString(header.shape),
                    header.dtype,
                    bytes,
                    channel.size() - channel.position()));
      }
      float[] stored = new float[header.elements()];
      readFloats(file, channel, header, stored);
      return new Array(header.shape, header.fortranOrder ? rowMajor(stored, header.shape) : stored);
    } catch (IOException e) {
      throw new UserException("cannot read " + file + ": " + AtomicFiles.reason(e), e);
    }
  }

  /**
   * Writes an array as float32, atomically.
   *
   * @param shape the sizes; empty for a scalar
   * @param data row-major
   * @throws UserException if it cannot be written; an old file is then unchanged
   */
  public static void write(Path file, long[] shape, float[] data) {
    long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (elements != data.length) {
      throw new IllegalArgumentException(
          data.length + " values for shape " + Arrays.toString(shape));
    }
    String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String tuple = shape.length == 1 ? "(" + sizes + ",)" : "(" + sizes + ")";
    String dict = "{'descr': '<f4', 'fortran_order': False, 'shape': " + tuple + ", }";
    // The data begins at a multiple of 64 bytes; a line feed ends the header.
    int begin = Math.ceilDiv(MAGIC.length + 4 + dict.length() + 1, 64) * 64;
    ByteBuffer head = ByteBuffer.allocate(begin).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.fill(head.array(), (byte) ' ');
    head.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (begin - MAGIC.length - 4));
    head.put(dict.getBytes(StandardCharsets.US_ASCII));
    head.put(begin - 1, (byte) '\n').rewind();
    AtomicFiles.replaceFile(
        file,
        path -> {
          try (FileChannel out =
              FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeFully(out, head);
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int done = 0; done < data.length; ) {
              int count = Math.min(data.length - done, CHUNK_BYTES / Float.BYTES);
              chunk.clear().asFloatBuffer().put(data, done, count);
              writeFully(out, chunk.limit(count * Float.BYTES));
              done += count;
            }
          }
        });
  }

  private static Header header(Path file, FileChannel channel) throws IOException {
    ByteBuffer start = read(file, channel, MAGIC.length + 4);
    byte[] magic = new byte[MAGIC.length];
    start.get(magic);
    int version = start.get();
    if (!Arrays.equals(magic, MAGIC) || version < 1 || version > 3 || start.get() != 0) {
      throw broken(file, "it does not begin with \\x93NUMPY and a version of 1 to 3");
    }
    long length = Short.toUnsignedLong(start.getShort());
    if (version > 1) {
      length |= Short.toUnsignedLong(read(file, channel, 2).getShort()) << 16;
    }
    if (length > MAX_HEADER) {
      throw broken(file, "its header is said to have " + length + " bytes");
    }
    byte[] text = read(file, channel, (int) length).array();
    return parse(file, new String(text, StandardCharsets.ISO_8859_1).strip());
  }

  private static Header parse(Path file, String text) {
    Map<String, String> items = new HashMap<>();
    Matcher matcher = ITEM.matcher(text);
    int end = 1;
    while (text.startsWith("{") && matcher.region(end, text.length()).lookingAt()) {
      items.put(matcher.group(1), matcher.group(2));
      end = matcher.end();
    }
    String descr = items.getOrDefault("descr", "");
    String fortran = items.getOrDefault("fortran_order", "");
    String shape = items.getOrDefault("shape", "");
    if (items.size() < 3
        || !text.substring(end).strip().equals("}")
        || !descr.startsWith("'")
        || !(fortran.equals("True") || fortran.equals("False"))
        || !shape.startsWith("(")) {
      throw broken(file, "its header is " + Printable.quoted(text));
    }
    String type = descr.substring(1, descr.length() - 1);
    Dtype dtype = type.isEmpty() ? null : DTYPES.get(type.substring(1));
    if (dtype == null || "<>|=".indexOf(type.charAt(0)) < 0) {
      throw new UserException(
          "cannot read %s: its elements are %s; save it with array.astype('float32')"
              .formatted(file, Printable.quoted(type)));
    }
    return new Header(
        dtype,
        type.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
        fortran.equals("True"),
        shape(file, shape.substring(1, shape.length() - 1)));
  }

  private static long[] shape(Path file, String sizes) {
    String[] parts = sizes.isBlank() ? new String[0] : sizes.split(",");
    if (parts.length > MAX_DIMENSIONS) {
      throw broken(file, "its shape has " + parts.length + " sizes");
    }
    long[] shape = new long[parts.length];
    long elements = 1;
    for (int i = 0; i < parts.length; i++) {
      String size = parts[i].strip();
      if (!SIZE.matcher(size).matches()) {
        throw broken(file, "its shape is " + Printable.quoted(sizes));
      }
      shape[i] = Long.parseLong(size);
      elements *= Math.min(shape[i], Integer.MAX_VALUE);
      if (elements > MAX_ELEMENTS) {
        throw new UserException(
            "cannot read %s: its shape %s has more elements than one array can hold"
                .formatted(file, Printable.quoted(sizes)));
      }
    }
    return shape;
  }

  private static void readFloats(Path file, FileChannel channel, Header header, float[] to)
      throws IOException {
    for (int done = 0; done < to.length; ) {
      int count = Math.min(to.length - done, CHUNK_BYTES / header.dtype.bytes());
      ByteBuffer chunk = read(file, channel, count * header.dtype.bytes());
      header.dtype.read(chunk.order(header.byteOrder), to, done, count);
      done += count;
    }
  }

  /** From Fortran's order, in which the first index runs fastest. */
  private static float[] rowMajor(float[] columnMajor, long[] shape) {
    float[] ordered = new float[columnMajor.length];
    int[] index = new int[shape.length];
    for (int i = 0; i < ordered.length; i++) {
      int from = 0;
      for (int d = shape.length - 1; d >= 0; d--) {
        from = from * (int) shape[d] + index[d];
      }
      ordered[i] = columnMajor[from];
      for (int d = shape.length - 1; d >= 0 && ++index[d] == shape[d]; d--) {
        index[d] = 0;
      }
    }
    return ordered;
  }

  private static ByteBuffer read(Path file, FileChannel channel, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw broken(file, "it ends too early");
      }
    }
    return bytes.flip();
  }

  private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static UserException broken(Path file, String what) {
    return new UserException(
        "cannot read %s: %s; it is no .npy file, or a damaged one".formatted(file, what));
  }
}
