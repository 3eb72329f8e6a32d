package lanewise.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lanewise.backend.cuda.library.Installation;
import lanewise.backend.cuda.library.Installation.Usable;
import lanewise.bindings.cuda.Cuda;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The emulator notices mistakes that a GPU may let pass. */
@OnEmulator
class EmulatorStrictnessTest {
  // Statuses that the engine has no use for, and so not in the bindings.
  private static final int INVALID_HANDLE = 400;
  private static final int CAPTURE_UNSUPPORTED = 900;
  private static final int CAPTURE_INVALIDATED = 901;

  private static final long BYTES = 1024;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment out = arena.allocate(ADDRESS);
  private String before;
  private MemorySegment stream;

  @BeforeEach
  void open() {
    assumeTrue(Emulator.isUsed(), "a real GPU is not as strict");
    assertInstanceOf(Usable.class, Installation.get());
    Emulator.configure("");
    before = Emulator.liveObjects();
    ok(Cuda.cuInit(0));
    ok(Cuda.cuDevicePrimaryCtxRetain(out, 0));
    ok(Cuda.cuCtxSetCurrent(out.get(ADDRESS, 0)));
    ok(Cuda.cuStreamCreate(out, Cuda.CU_STREAM_NON_BLOCKING()));
    stream = out.get(ADDRESS, 0);
  }

  @AfterEach
  void close() {
    if (stream != null) {
      Cuda.cuStreamDestroy_v2(stream);
      ok(Cuda.cuCtxSetCurrent(MemorySegment.NULL));
      ok(Cuda.cuDevicePrimaryCtxRelease_v2(0));
      assertEquals(before, Emulator.liveObjects());
    }
    arena.close();
  }

  private static void ok(int status) {
    assertEquals(0, status);
  }

  private long allocate() {
    ok(Cuda.cuMemAllocAsync(out, BYTES, stream));
    return out.get(JAVA_LONG, 0);
  }

  private MemorySegment pinned() {
    ok(Cuda.cuMemAllocHost_v2(out, BYTES));
    return out.get(ADDRESS, 0).reinterpret(BYTES);
  }

  @Test
  void memoryStartsAsNothingThatCanBeComputedWith() {
    long memory = allocate();
    MemorySegment host = arena.allocate(BYTES);
    ok(Cuda.cuMemcpyDtoHAsync_v2(host, memory, BYTES, stream));
    for (long i = 0; i < BYTES / Float.BYTES; i++) {
      assertTrue(Float.isNaN(host.getAtIndex(JAVA_FLOAT, i)));
    }
    ok(Cuda.cuMemFreeAsync(memory, stream));
  }

  @Test
  void memoryEndsWhereItEndsAndWhenItIsFreed() {
    long memory = allocate();
    MemorySegment host = arena.allocate(BYTES);
    int refused = Cuda.CUDA_ERROR_INVALID_VALUE();
    assertEquals(refused, Cuda.cuMemcpyDtoHAsync_v2(host, memory + 4, BYTES, stream));
    ok(Cuda.cuMemFreeAsync(memory, stream));
    assertEquals(refused, Cuda.cuMemcpyDtoHAsync_v2(host, memory, BYTES, stream));
    assertEquals(refused, Cuda.cuMemFreeAsync(memory, stream));
  }

  @Test
  void aBufferThatIsChangedTooEarlyShows() {
    long memory = allocate();
    MemorySegment source = pinned();
    source.set(JAVA_INT, 0, 1);
    ok(Cuda.cuMemcpyHtoDAsync_v2(memory, source, BYTES, stream));
    source.set(JAVA_INT, 0, 2);
    MemorySegment host = arena.allocate(BYTES);
    ok(Cuda.cuMemcpyDtoHAsync_v2(host, memory, BYTES, stream));
    assertEquals(2, host.get(JAVA_INT, 0));
    ok(Cuda.cuMemFreeHost(source));
    ok(Cuda.cuMemFreeAsync(memory, stream));
  }

  @Test
  void workOnWhatAnotherStreamFreesEndsTheContext() {
    long memory = allocate();
    ok(Cuda.cuStreamSynchronize(stream));
    ok(Cuda.cuStreamCreate(out, Cuda.CU_STREAM_NON_BLOCKING()));
    MemorySegment other = out.get(ADDRESS, 0);
    ok(Cuda.cuMemsetD32Async(memory, 0, 4, other));
    ok(Cuda.cuMemFreeAsync(memory, stream));
    int illegal = Cuda.CUDA_ERROR_ILLEGAL_ADDRESS();
    assertEquals(illegal, Cuda.cuStreamSynchronize(other));
    assertEquals(illegal, Cuda.cuStreamSynchronize(stream));
    assertEquals(illegal, Cuda.cuStreamDestroy_v2(other));
  }

  @Test
  void aHandleIsNeverGivenAgain() {
    ok(Cuda.cuStreamDestroy_v2(stream));
    ok(Cuda.cuStreamCreate(out, Cuda.CU_STREAM_NON_BLOCKING()));
    assertEquals(INVALID_HANDLE, Cuda.cuStreamSynchronize(stream));
    stream = out.get(ADDRESS, 0);
  }

  @Test
  void aCaptureThatWaitsIsSpoilt() {
    ok(Cuda.cuStreamBeginCapture_v2(stream, Cuda.CU_STREAM_CAPTURE_MODE_RELAXED()));
    assertEquals(CAPTURE_UNSUPPORTED, Cuda.cuStreamSynchronize(stream));
    assertEquals(CAPTURE_INVALIDATED, Cuda.cuStreamEndCapture(stream, out));
  }
}
