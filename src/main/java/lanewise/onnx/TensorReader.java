package lanewise.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import lanewise.Printable;

/** Reads the tensors of a model: those in its file, and those in files beside it. */
final class TensorReader {
  private final Path folder;

  /**
   * A reader.
   *
   * @param folder of the model, out of which no tensor may lead
   */
  TensorReader(Path folder) {
    this.folder = folder;
  }

  /**
   * Reads one tensor.
   *
   * @throws ModelFault that does not name it
   */
  HostTensor read(TensorProto tensor) {
    if (tensor.hasSegment()) {
      throw new ModelFault("it is cut into segments, which is not supported");
    }
    int[] dims = Dims.of(tensor.getDimsList().stream().mapToLong(Long::longValue).toArray());
    int size = Dims.size(dims);
    ElementFormat format = ElementFormat.of(tensor.getDataType());
    if (tensor.getDataLocation() == DataLocation.EXTERNAL) {
      return format.decode(external(tensor, (long) size * format.bytes), size, dims);
    }
    if (tensor.hasRawData()) {
      ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer();
      require(raw.remaining(), (long) size * format.bytes, "bytes", format, dims);
      return format.decode(raw.order(ByteOrder.LITTLE_ENDIAN), size, dims);
    }
    require(format.count(tensor), size, "elements", format, dims);
    return format.decode(tensor, size, dims);
  }

  private static void require(
      long there, long needed, String unit, ElementFormat format, int[] dims) {
    if (there != needed) {
      throw new ModelFault(
          "%s %s needs %d %s, but there are %d"
              .formatted(format, Dims.text(dims), needed, unit, there));
    }
  }

  // ---- external data

  private ByteBuffer external(TensorProto tensor, long bytes) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    Path file = locate(entries.getOrDefault("location", ""));
    long offset = number(entries, "offset", 0);
    long length = number(entries, "length", bytes);
    if (length != bytes) {
      throw new ModelFault(
          "it needs %d bytes, but its length in %s is said to be %d"
              .formatted(bytes, file.getFileName(), length));
    }
    try (FileChannel channel = FileChannel.open(file)) {
      if (offset > channel.size() - bytes) {
        throw new ModelFault(
            "its %d bytes at offset %d are not in %s, which has %d"
                .formatted(bytes, offset, file.getFileName(), channel.size()));
      }
      if (bytes > Integer.MAX_VALUE) {
        throw new ModelFault("its %d bytes are more than 2^31-1".formatted(bytes));
      }
      return channel.map(MapMode.READ_ONLY, offset, bytes).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new ModelFault(
          "its external file %s cannot be read (%s)".formatted(file, e.getMessage()), e);
    }
  }

  private static long number(Map<String, String> entries, String key, long otherwise) {
    String text = entries.get(key);
    try {
      long value = text == null ? otherwise : Long.parseLong(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported as a negative number is.
    }
    throw new ModelFault("its external data has %s %s".formatted(key, Printable.quoted(text)));
  }

  /** The file of that name; links and ".." must not lead out of the model's folder. */
  private Path locate(String location) {
    try {
      Path file = folder.resolve(location);
      if (location.isEmpty() || !file.normalize().startsWith(folder.normalize())) {
        throw new ModelFault(
            "its external file %s is not in the model's folder"
                .formatted(Printable.quoted(location)));
      }
      if (!Files.isRegularFile(file)) {
        throw new ModelFault(
            "its external file %s is missing; it belongs beside the model"
                .formatted(Printable.quoted(location)));
      }
      if (!file.toRealPath().startsWith(folder.toRealPath())) {
        throw new ModelFault(
            "its external file %s is a link out of the model's folder"
                .formatted(Printable.quoted(location)));
      }
      return file;
    } catch (InvalidPathException | IOException e) {
      throw new ModelFault(
          "its external file %s cannot be opened (%s)"
              .formatted(Printable.quoted(location), e.getMessage()),
          e);
    }
  }
}
