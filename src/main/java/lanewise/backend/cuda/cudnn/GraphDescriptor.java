package lanewise.backend.cuda.cudnn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lanewise.backend.cuda.driver.Owner;
import lanewise.bindings.cudnn.Cudnn;

/** A descriptor of cuDNN's graph API: attributes are set, then it is finished, then it is used. */
final class GraphDescriptor extends Owner {
  private final Handle cudnn;
  private final MemorySegment handle;

  private GraphDescriptor(Handle cudnn, MemorySegment handle) {
    this.cudnn = cudnn;
    this.handle = handle;
  }

  /**
   * An empty descriptor.
   *
   * @param type a {@code cudnnBackendDescriptorType_t}
   */
  static GraphDescriptor create(Handle cudnn, int type) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      cudnn.check(Cudnn.cudnnBackendCreateDescriptor(type, out), "cudnnBackendCreateDescriptor");
      return new GraphDescriptor(cudnn, out.get(ADDRESS, 0));
    }
  }

  MemorySegment handle() {
    requireOpen();
    return handle;
  }

  /** Sets an attribute to one value of an enumeration. */
  GraphDescriptor choice(int attribute, int type, int value) {
    try (Arena arena = Arena.ofConfined()) {
      return set(attribute, type, 1, arena.allocateFrom(JAVA_INT, value));
    }
  }

  GraphDescriptor longs(int attribute, long... values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment array = arena.allocateFrom(JAVA_LONG, values);
      return set(attribute, Cudnn.CUDNN_TYPE_INT64(), values.length, array);
    }
  }

  GraphDescriptor flag(int attribute, boolean value) {
    try (Arena arena = Arena.ofConfined()) {
      return set(
          attribute,
          Cudnn.CUDNN_TYPE_BOOLEAN(),
          1,
          arena.allocateFrom(JAVA_BYTE, (byte) (value ? 1 : 0)));
    }
  }

  GraphDescriptor descriptor(int attribute, GraphDescriptor value) {
    return pointer(attribute, Cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR(), value.handle());
  }

  /** The library's own handle, which graphs and plans belong to. */
  GraphDescriptor library(int attribute) {
    return pointer(attribute, Cudnn.CUDNN_TYPE_HANDLE(), cudnn.handle());
  }

  GraphDescriptor pointer(int attribute, int type, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      return set(attribute, type, 1, arena.allocateFrom(ADDRESS, value));
    }
  }

  GraphDescriptor set(int attribute, int type, long count, MemorySegment values) {
    cudnn.check(
        Cudnn.cudnnBackendSetAttribute(handle(), attribute, type, count, values),
        "cudnnBackendSetAttribute");
    return this;
  }

  /** Reads an attribute into {@code values}; gives how many there are. */
  int get(int attribute, int type, long capacity, MemorySegment values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_LONG);
      cudnn.check(
          Cudnn.cudnnBackendGetAttribute(handle(), attribute, type, capacity, count, values),
          "cudnnBackendGetAttribute");
      return (int) Math.min(capacity, count.get(JAVA_LONG, 0));
    }
  }

  /** Ends the setting of attributes; throws if cuDNN does not support the whole. */
  GraphDescriptor finish() {
    cudnn.check(Cudnn.cudnnBackendFinalize(handle()), "cudnnBackendFinalize");
    return this;
  }

  @Override
  protected void release() {
    cudnn.released(Cudnn.cudnnBackendDestroyDescriptor(handle), "cudnnBackendDestroyDescriptor");
  }
}
