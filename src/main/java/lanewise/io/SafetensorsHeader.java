package lanewise.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.Printable;
import lanewise.UserException;
import lanewise.io.torch.Dtype;

/**
 * The checked header of a safetensors file.
 *
 * <p>Headers come from strangers. What is allocated here is in proportion to bytes that the file
 * really has, and every range is known to lie inside the file before anyone can ask for it.
 */
record SafetensorsHeader(Map<String, Tensor> tensors, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";

  /** The reference implementation's limit on the header's length. */
  private static final long MAX_BYTES = 100_000_000;

  /** PyTorch's limit. */
  private static final int MAX_DIMENSIONS = 64;

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** A tensor whose byte range agrees with its type, its shape, its neighbours and the file. */
  record Tensor(Dtype dtype, long[] shape, long elements, long fileOffset) {}

  /** Reads from the start of the channel; {@code file} is for messages only. */
  static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
    return new Reader(file, channel.size()).read(channel);
  }

  private static final class Reader {
    /** A tensor as the header states it; the range counts from the end of the header. */
    private record Stated(String name, Dtype dtype, long[] shape, long begin, long end) {}

    private final Path file;
    private final long fileBytes;
    private final List<Stated> stated = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    Reader(Path file, long fileBytes) {
      this.file = file;
      this.fileBytes = fileBytes;
    }

    SafetensorsHeader read(FileChannel channel) throws IOException {
      if (fileBytes < Long.BYTES) {
        throw broken("it has only " + fileBytes + " bytes");
      }
      ByteBuffer prefix = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      long length = readFully(channel, prefix).getLong(0);
      if (length < 0 || length > MAX_BYTES || length > fileBytes - Long.BYTES) {
        throw broken(
            "its header is said to have %s bytes, the file has %d"
                .formatted(Long.toUnsignedString(length), fileBytes));
      }
      byte[] json = readFully(channel, ByteBuffer.allocate((int) length)).array();
      try (JsonParser parser = JSON.createParser(json)) {
        parse(parser);
      } catch (JsonProcessingException e) {
        // What follows tells where Jackson had its bytes from.
        String reason = e.getOriginalMessage().replaceAll(" \\(start marker at .*", "");
        throw broken("its header is not valid: " + Printable.text(reason));
      }
      return check(Long.BYTES + length);
    }

    private ByteBuffer readFully(FileChannel channel, ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes) < 0) {
          throw broken("it became shorter while it was read");
        }
      }
      return bytes;
    }

    private void parse(JsonParser parser) throws IOException {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw broken("its header is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          throw broken(Printable.quoted(name) + " is not a JSON object");
        }
        if (name.equals(METADATA)) {
          parseMetadata(parser);
        } else {
          parseTensor(parser, name);
        }
      }
      if (parser.nextToken() != null) {
        throw broken("there is more than one JSON value in its header");
      }
    }

    private void parseMetadata(JsonParser parser) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
          throw broken(METADATA + " " + Printable.quoted(key) + " is not a string");
        }
        metadata.put(key, parser.getText());
      }
    }

    private void parseTensor(JsonParser parser, String name) throws IOException {
      Dtype dtype = null;
      long[] shape = null;
      long[] range = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "dtype" -> dtype = parseDtype(parser, name);
          case "shape" -> shape = parseSizes(parser, name, field);
          case "data_offsets" -> range = parseSizes(parser, name, field);
          default -> parser.skipChildren();
        }
      }
      if (dtype == null || shape == null || range == null) {
        throw broken(name, "it lacks its dtype, shape or data_offsets");
      }
      if (range.length != 2) {
        throw broken(name, "data_offsets " + Arrays.toString(range) + " are not two numbers");
      }
      stated.add(new Stated(name, dtype, shape, range[0], range[1]));
    }

    private Dtype parseDtype(JsonParser parser, String name) throws IOException {
      String text = parser.getText();
      for (Dtype dtype : Dtype.values()) {
        if (dtype.name().equals(text)) {
          return dtype;
        }
      }
      throw new UserException(
          "cannot read %s: tensor %s has the type %s; supported are %s"
              .formatted(
                  file,
                  Printable.quoted(name),
                  Printable.quoted(text),
                  Arrays.toString(Dtype.values())));
    }

    private long[] parseSizes(JsonParser parser, String name, String field) throws IOException {
      if (!parser.isExpectedStartArrayToken()) {
        throw broken(name, field + " is not an array");
      }
      long[] sizes = new long[MAX_DIMENSIONS];
      int count = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
          throw broken(name, field + " holds something other than whole numbers");
        }
        if (count == MAX_DIMENSIONS) {
          throw broken(name, field + " has more than " + MAX_DIMENSIONS + " numbers");
        }
        long size = parser.getLongValue();
        if (size < 0) {
          throw broken(name, field + " holds " + size);
        }
        sizes[count++] = size;
      }
      return Arrays.copyOf(sizes, count);
    }

    /** The ranges, in order, must tile the bytes after the header: no overlap, no hole, no rest. */
    private SafetensorsHeader check(long dataStart) {
      long dataBytes = fileBytes - dataStart;
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (Stated t : stated) {
        if (t.begin > t.end || t.end > dataBytes) {
          throw broken(
              t.name,
              "its bytes %d to %d are not within the file's %d bytes of data"
                  .formatted(t.begin, t.end, dataBytes));
        }
        tensors.put(t.name, new Tensor(t.dtype, t.shape, elements(t), dataStart + t.begin));
      }
      stated.sort(Comparator.comparingLong(Stated::begin).thenComparingLong(Stated::end));
      long tiled = 0;
      for (Stated t : stated) {
        if (t.begin != tiled) {
          throw broken(
              t.name,
              "its bytes start at %d, %s at %d"
                  .formatted(
                      t.begin,
                      t.begin < tiled ? "inside the tensor that ends" : "after a hole that starts",
                      tiled));
        }
        tiled = t.end;
      }
      if (tiled != dataBytes) {
        throw broken(dataBytes - tiled + " bytes at its end belong to no tensor");
      }
      return new SafetensorsHeader(
          Collections.unmodifiableMap(tensors), Collections.unmodifiableMap(metadata));
    }

    private long elements(Stated t) {
      try {
        long elements = 1;
        for (long size : t.shape) {
          elements = Math.multiplyExact(elements, size);
        }
        if (Math.multiplyExact(elements, (long) t.dtype.bytes()) == t.end - t.begin) {
          return elements;
        }
      } catch (ArithmeticException e) {
        throw broken(t.name, "its shape " + Arrays.toString(t.shape) + " is too large");
      }
      throw broken(
          t.name,
          "its shape %s of %s does not fill its %d bytes"
              .formatted(Arrays.toString(t.shape), t.dtype, t.end - t.begin));
    }

    private UserException broken(String tensor, String what) {
      return broken("tensor " + Printable.quoted(tensor) + ": " + what);
    }

    private UserException broken(String what) {
      return new UserException(
          "cannot read %s: %s; it is no safetensors file, or a damaged one".formatted(file, what));
    }
  }
}
