package lanewise.backend;

import java.util.Locale;

/** As what a tensor's elements are stored. */
public enum ElementType {
  /** IEEE 754 binary32. */
  F32(Float.BYTES),
  /** The upper half of a binary32: as many exponents, 8 bits of precision. */
  BF16(Short.BYTES);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Of one element. */
  public int bytes() {
    return bytes;
  }

  /** Of the elements of a tensor. */
  public long bytes(Shape shape) {
    return shape.size() * (long) bytes;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
