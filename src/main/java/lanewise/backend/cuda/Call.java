package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import lanewise.backend.ElementType;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.driver.Function;
import lanewise.backend.cuda.driver.Launcher;

/** A launch that is being put together, of kernels that take tensors. */
final class Call {
  /** Of a block, for kernels that do not say otherwise. */
  static final int THREADS = 256;

  /** What a thread of a kernel over all elements computes at a time: two accesses of four. */
  private static final int ELEMENTS_PER_THREAD = 8;

  /** Blocks of {@link #THREADS} that keep a multiprocessor busy until the last of them ends. */
  private static final int BLOCKS_PER_MULTIPROCESSOR = 32;

  private final Launcher launcher;
  private final int multiprocessors;

  Call(Launcher launcher, int multiprocessors) {
    this.launcher = launcher;
    this.multiprocessors = multiprocessors;
  }

  /** How many blocks run at once if each has a multiprocessor of its own. */
  int multiprocessors() {
    return multiprocessors;
  }

  /** Begins the list of arguments. */
  Call start(Function kernel) {
    launcher.start(kernel);
    return this;
  }

  /** An operand: its address and its type. */
  Call operand(Tensor tensor) {
    return operand(tensor.segment(), tensor.type());
  }

  Call operand(MemorySegment elements, ElementType type) {
    launcher.pointer(elements).i32(type.ordinal());
    return this;
  }

  /** A tensor that is fp32 on every engine: parameters, their gradients, statistics; or null. */
  Call table(Tensor tensor) {
    if (tensor != null && tensor.type() != ElementType.F32) {
      throw new IllegalArgumentException(tensor + " is a table, which is fp32");
    }
    return pointer(tensor == null ? null : tensor.segment());
  }

  /** An address; null is the null pointer. */
  Call pointer(MemorySegment address) {
    launcher.pointer(address);
    return this;
  }

  Call i32(int value) {
    launcher.i32(value);
    return this;
  }

  Call f32(float value) {
    launcher.f32(value);
    return this;
  }

  /** Launches a kernel that goes over {@code elements}, whatever the number of blocks. */
  void over(int elements) {
    long blocks = Tiles.ceilDiv(elements, THREADS * ELEMENTS_PER_THREAD);
    launch(Math.min(blocks, (long) multiprocessors * BLOCKS_PER_MULTIPROCESSOR), THREADS);
  }

  /** Launches blocks; a kernel whose work is cut into more than a grid holds loops. */
  void launch(long blocks, int threads) {
    launcher.launch((int) Math.min(blocks, Integer.MAX_VALUE), threads);
  }

  /** Launches {@code blocks} for each of several roles. */
  void launchRoles(int blocks, int roles, int threads) {
    launcher.launch(blocks, roles, 1, threads, 1, 0);
  }
}
