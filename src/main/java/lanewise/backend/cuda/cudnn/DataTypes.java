package lanewise.backend.cuda.cudnn;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lanewise.backend.ElementType;
import lanewise.bindings.cudnn.Cudnn;

/** Types of elements in cuDNN's numbers, and the two factors that every call takes. */
final class DataTypes {
  /** Host pointers to 1 and 0: results are multiplied by the one and replace what was there. */
  static final MemorySegment ONE = Arena.global().allocateFrom(JAVA_FLOAT, 1);

  static final MemorySegment ZERO = Arena.global().allocateFrom(JAVA_FLOAT, 0);

  private DataTypes() {}

  /** The {@code cudnnDataType_t}. */
  static int of(ElementType type) {
    return switch (type) {
      case F32 -> Cudnn.CUDNN_DATA_FLOAT();
      case BF16 -> Cudnn.CUDNN_DATA_BFLOAT16();
    };
  }
}
