package lanewise.io.torch;

import java.nio.ByteBuffer;

/** An element type of PyTorch, by its name in safetensors, as its values are read into floats. */
public enum Dtype {
  F64(8) {
    @Override
    float next(ByteBuffer bytes) {
      return (float) bytes.getDouble();
    }
  },
  F32(4) {
    @Override
    float next(ByteBuffer bytes) {
      return bytes.getFloat();
    }

    /** In one go: what a program does once, it does before it is compiled. */
    @Override
    public void read(ByteBuffer bytes, float[] to, int at, int count) {
      bytes.asFloatBuffer().get(to, at, count);
    }
  },
  F16(2) {
    @Override
    float next(ByteBuffer bytes) {
      return Float.float16ToFloat(bytes.getShort());
    }
  },
  BF16(2) {
    @Override
    float next(ByteBuffer bytes) {
      return Float.intBitsToFloat(bytes.getShort() << 16);
    }
  },
  I64(8) {
    @Override
    float next(ByteBuffer bytes) {
      return bytes.getLong();
    }
  },
  I32(4) {
    @Override
    float next(ByteBuffer bytes) {
      return bytes.getInt();
    }
  },
  I16(2) {
    @Override
    float next(ByteBuffer bytes) {
      return bytes.getShort();
    }
  },
  I8(1) {
    @Override
    float next(ByteBuffer bytes) {
      return bytes.get();
    }
  },
  U8(1) {
    @Override
    float next(ByteBuffer bytes) {
      return Byte.toUnsignedInt(bytes.get());
    }
  },
  BOOL(1) {
    @Override
    float next(ByteBuffer bytes) {
      return bytes.get() == 0 ? 0 : 1;
    }
  };

  private final int bytes;

  Dtype(int bytes) {
    this.bytes = bytes;
  }

  /** The size of an element in a file. */
  public int bytes() {
    return bytes;
  }

  /** The value at the buffer's position, which moves on; rounded to the nearest float. */
  abstract float next(ByteBuffer bytes);

  /**
   * Reads {@code count} values, rounded to the nearest floats, to {@code to[at]} and on.
   *
   * @param bytes in the byte order of the file; whether its position moves on is left open
   */
  public void read(ByteBuffer bytes, float[] to, int at, int count) {
    for (int i = at; i < at + count; i++) {
      to[i] = next(bytes);
    }
  }
}
