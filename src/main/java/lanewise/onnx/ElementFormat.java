package lanewise.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.IntToLongFunction;
import java.util.stream.Collectors;
import lanewise.onnx.HostTensor.Kind;

/** The element types of ONNX that are read, and how a file holds them. */
enum ElementFormat {
  FLOAT(DataType.FLOAT, 4, Kind.FLOAT),
  UINT8(DataType.UINT8, 1, Kind.INTEGER),
  INT8(DataType.INT8, 1, Kind.INTEGER),
  UINT16(DataType.UINT16, 2, Kind.INTEGER),
  INT16(DataType.INT16, 2, Kind.INTEGER),
  INT32(DataType.INT32, 4, Kind.INTEGER),
  INT64(DataType.INT64, 8, Kind.INTEGER),
  BOOL(DataType.BOOL, 1, Kind.BOOLEAN),
  FLOAT16(DataType.FLOAT16, 2, Kind.FLOAT),
  DOUBLE(DataType.DOUBLE, 8, Kind.FLOAT),
  UINT32(DataType.UINT32, 4, Kind.INTEGER),
  UINT64(DataType.UINT64, 8, Kind.INTEGER),
  BFLOAT16(DataType.BFLOAT16, 2, Kind.FLOAT);

  private final DataType type;
  final int bytes;
  final Kind kind;

  ElementFormat(DataType type, int bytes, Kind kind) {
    this.type = type;
    this.bytes = bytes;
    this.kind = kind;
  }

  /** The format with a number of ONNX's {@code TensorProto.DataType}. */
  static ElementFormat of(int number) {
    DataType type = DataType.forNumber(number);
    return Arrays.stream(values())
        .filter(format -> format.type == type)
        .findFirst()
        .orElseThrow(
            () ->
                new ModelFault(
                    "element type %s is not supported; supported are %s"
                        .formatted(type == null ? number : type, known())));
  }

  private static String known() {
    return Arrays.stream(values()).map(Object::toString).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return name().toLowerCase();
  }

  /** An integer as this type would hold it. */
  long wrap(long value) {
    return switch (this) {
      case UINT8 -> value & 0xff;
      case INT8 -> (byte) value;
      case UINT16 -> value & 0xffff;
      case INT16 -> (short) value;
      case INT32 -> (int) value;
      case UINT32 -> value & 0xffffffffL;
      default -> value;
    };
  }

  /** Elements as a file holds them, one after the other, little-endian. */
  HostTensor decode(ByteBuffer raw, int size, int[] dims) {
    if (this == FLOAT) {
      float[] elements = new float[size];
      raw.asFloatBuffer().get(elements);
      return HostTensor.of(elements, dims);
    }
    if (kind == Kind.FLOAT) {
      float[] elements = new float[size];
      for (int i = 0; i < size; i++) {
        elements[i] =
            switch (this) {
              case FLOAT16 -> Float.float16ToFloat(raw.getShort());
              case BFLOAT16 -> Float.intBitsToFloat(raw.getShort() << 16);
              default -> (float) raw.getDouble();
            };
      }
      return HostTensor.of(elements, dims);
    }
    return integers(_ -> next(raw), size, dims);
  }

  private long next(ByteBuffer raw) {
    return switch (this) {
      case UINT8 -> Byte.toUnsignedLong(raw.get());
      case INT8 -> raw.get();
      case BOOL -> raw.get() == 0 ? 0 : 1;
      case UINT16 -> Short.toUnsignedLong(raw.getShort());
      case INT16 -> raw.getShort();
      case INT32 -> raw.getInt();
      case UINT32 -> Integer.toUnsignedLong(raw.getInt());
      default -> raw.getLong();
    };
  }

  /** Elements as the typed fields of the protobuf message hold them. */
  HostTensor decode(TensorProto tensor, int size, int[] dims) {
    if (kind == Kind.FLOAT) {
      float[] elements = new float[size];
      for (int i = 0; i < size; i++) {
        elements[i] =
            switch (this) {
              case FLOAT -> tensor.getFloatData(i);
              case FLOAT16 -> Float.float16ToFloat((short) tensor.getInt32Data(i));
              case BFLOAT16 -> Float.intBitsToFloat(tensor.getInt32Data(i) << 16);
              default -> (float) tensor.getDoubleData(i);
            };
      }
      return HostTensor.of(elements, dims);
    }
    return switch (this) {
      case INT64 -> integers(tensor::getInt64Data, size, dims);
      case UINT32, UINT64 -> integers(tensor::getUint64Data, size, dims);
      case BOOL -> integers(i -> tensor.getInt32Data(i) == 0 ? 0 : 1, size, dims);
      default -> integers(tensor::getInt32Data, size, dims);
    };
  }

  /** How many elements the typed field has in which these are held. */
  int count(TensorProto tensor) {
    return switch (this) {
      case FLOAT -> tensor.getFloatDataCount();
      case DOUBLE -> tensor.getDoubleDataCount();
      case INT64 -> tensor.getInt64DataCount();
      case UINT32, UINT64 -> tensor.getUint64DataCount();
      default -> tensor.getInt32DataCount();
    };
  }

  private HostTensor integers(IntToLongFunction element, int size, int[] dims) {
    long[] elements = new long[size];
    for (int i = 0; i < size; i++) {
      elements[i] = element.applyAsLong(i);
    }
    return kind == Kind.BOOLEAN
        ? HostTensor.ofBooleans(elements, dims)
        : HostTensor.of(elements, dims);
  }
}
