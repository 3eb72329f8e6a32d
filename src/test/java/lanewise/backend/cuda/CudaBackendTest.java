package lanewise.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lanewise.UserException;
import lanewise.backend.Activation;
import lanewise.backend.Algorithm;
import lanewise.backend.AxisMap;
import lanewise.backend.Backend;
import lanewise.backend.BackendOptions;
import lanewise.backend.Backends;
import lanewise.backend.ConvPass;
import lanewise.backend.ConvSpec;
import lanewise.backend.DropoutSpec;
import lanewise.backend.Interpolation;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.PadMode;
import lanewise.backend.Precision;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;
import lanewise.backend.cuda.driver.CudaException;
import lanewise.backend.cuda.driver.Owner;
import lanewise.bindings.cuda.Cuda;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine owes its user besides the right numbers: lifetimes, memory, failures, replay. */
@OnEmulator
class CudaBackendTest {
  private static final String FIND = "cudnnFindConvolutionForwardAlgorithmEx";
  private static final Shape IMAGES = Shape.of(4, 3, 8, 8);
  private static final Shape FILTER = Shape.filter(8, 3, 4, 4);
  private static final ConvSpec SPEC = ConvSpec.of(2, 1);
  private static final Shape RESULT = SPEC.outputShape(IMAGES, FILTER);

  @BeforeEach
  void forgetSettings() {
    Emulator.configure("");
  }

  @AfterEach
  void nothingIsLeft() {
    Emulator.configure("");
    assertEquals(Map.of(), Owner.live());
    assertEquals("", Emulator.liveObjects());
  }

  private static Backend open() {
    return Backends.open("cuda");
  }

  /** A convolution, its gradients, and a norm. */
  private static void work(Backend backend) {
    try (Scope _ = backend.scope()) {
      Tensor x = backend.allocate(IMAGES);
      Tensor w = backend.allocate(FILTER);
      Tensor y = backend.allocate(RESULT);
      backend.fill(x, 1);
      backend.fill(w, 0.5f);
      backend.convForward(SPEC, x, w, y);
      backend.convBackwardData(SPEC, y, w, x);
      backend.convBackwardFilter(SPEC, x, y, w);
      Shape table = NormScope.INSTANCE.tableShape(RESULT);
      Moments moments = new Moments(backend.allocate(table), backend.allocate(table), Source.INPUT);
      NormSpec norm = new NormSpec(NormScope.INSTANCE, 1e-5f, Activation.RELU);
      backend.normForward(norm, y, Affine.NONE, moments, backend.allocate(RESULT));
    }
  }

  private static float[] read(Backend backend, Tensor tensor) {
    float[] values = new float[tensor.shape().size()];
    backend.read(tensor, values);
    return values;
  }

  // ---- lifetimes

  @Test
  void closingEndsEverythingAndMayBeRepeated() {
    Backend backend = open();
    work(backend);
    Runnable captured = backend.capture(() -> work(backend));
    for (int i = 0; i < 4; i++) {
      captured.run();
    }
    assertTrue(Owner.live().containsKey("Graph"), Owner.live()::toString);
    backend.close();
    backend.close();
  }

  @Test
  void useAfterCloseIsAnException() {
    Backend backend = open();
    Tensor x = backend.allocate(IMAGES);
    backend.close();
    assertThrows(IllegalStateException.class, () -> backend.fill(x, 1));
    assertThrows(IllegalStateException.class, () -> backend.upload(new float[768], x));
    assertThrows(IllegalStateException.class, () -> backend.read(x, new float[768]));
    assertThrows(IllegalStateException.class, backend::sync);
    assertThrows(IllegalStateException.class, () -> work(backend));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cuDevicePrimaryCtxRetain",
        "cuCtxSetCurrent",
        "cuStreamCreate",
        "cuMemPoolSetAttribute",
        "cuMemAllocHost_v2",
        "cuEventCreate",
        "cuModuleLoadDataEx",
        "cuModuleGetFunction",
        "cudnnCreate",
        "cudnnSetStream"
      })
  void whatFailsToOpenLeavesNothingBehind(String function) {
    for (int call = 1; call <= 2; call++) {
      // Some are called once: then the second call that is to fail never comes.
      Emulator.configure("fail=%s:%d".formatted(function, call));
      try (Backend backend = open()) {
        assertEquals("cuda", backend.description().name());
        assertEquals(2, call, function);
      } catch (CudaException e) {
        assertTrue(e.getMessage().contains(function), e::getMessage);
      }
      assertEquals(Map.of(), Owner.live());
      assertEquals("", Emulator.liveObjects());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cuMemAllocAsync",
        "cuLaunchKernel",
        "cudnnCreateTensorDescriptor",
        "cudnnSetTensor4dDescriptor",
        "cudnnCreateFilterDescriptor",
        "cudnnCreateConvolutionDescriptor",
        "cudnnSetConvolutionGroupCount",
        "cudnnSetConvolutionMathType",
        "cudnnFindConvolutionForwardAlgorithmEx",
        "cudnnConvolutionForward",
        "cudnnConvolutionBackwardData",
        "cudnnConvolutionBackwardFilter"
      })
  void aCallThatFailsIsNamedAndLeavesNothingBehind(String function) {
    String before = System.setProperty(Choices.FOLDER_PROPERTY, "");
    for (int call = 1; call <= 3; call++) {
      Emulator.configure("");
      try (Backend backend = open()) {
        // One that does not end the context.
        String status = function.startsWith("cudnn") ? "" : ":" + Cuda.CUDA_ERROR_INVALID_VALUE();
        Emulator.configure("fail=%s:%d%s".formatted(function, call, status));
        String message = "";
        try {
          work(backend);
          backend.sync();
        } catch (CudaException e) {
          message = e.getMessage();
        }
        if (call == 1) {
          assertTrue(message.contains(function), message);
        }
        Emulator.configure("");
        work(backend);
      } finally {
        restore(before);
      }
      assertEquals(Map.of(), Owner.live());
      assertEquals("", Emulator.liveObjects());
    }
  }

  // ---- failures

  @Test
  void afterAFaultOfTheDeviceEveryCallSaysTheSameAndClosingIsQuiet() {
    try (Backend backend = open()) {
      Tensor x = backend.allocate(IMAGES);
      Emulator.configure("fail=cuLaunchKernel:1:700");
      String first =
          assertThrows(
                  UserException.class,
                  () -> {
                    backend.map(Unary.Elementary.EXP, x, x);
                    backend.sync();
                  })
              .getMessage();
      assertTrue(first.contains("CUDA_ERROR_ILLEGAL_ADDRESS"), first);
      assertTrue(first.contains("checkpoint"), first);
      Emulator.configure("");
      assertSays(first, () -> backend.fill(x, 1));
      assertSays(first, () -> backend.read(x, new float[768]));
      assertSays(first, () -> backend.upload(new float[768], x));
      assertSays(first, () -> work(backend));
      assertSays(first, backend::sync);
    }
  }

  private static void assertSays(String message, Runnable call) {
    assertEquals(message, assertThrows(UserException.class, call::run).getMessage());
  }

  @Test
  void outOfMemorySaysHowMuchIsMissingAndWhatToDo() {
    try (Backend backend = open()) {
      float[] images = new float[IMAGES.size()];
      backend.upload(images, backend.allocate(IMAGES));
      String message =
          assertThrows(UserException.class, () -> backend.allocate(Shape.of(4, 1024, 512, 1000)))
              .getMessage();
      for (String part :
          new String[] {"8,000 MiB more", "free", "this run uses", "--batch-size 1 instead of 4"}) {
        assertTrue(message.contains(part), part + " is not in: " + message);
      }
      work(backend);
    }
  }

  @Test
  void memoryThatNobodyUsesIsGivenUpBeforeThereIsTooLittle() {
    try (Backend backend = open()) {
      for (int quarters = 5; quarters <= 8; quarters++) {
        // Each size has a bucket of its own; together they are more than there is.
        backend.allocate(Shape.vector(quarters << 26)).close();
      }
    }
  }

  @Test
  void whatThisRunHasFreedIsNotHeldAgainstOtherPrograms() {
    try (Backend backend = open()) {
      backend.allocate(Shape.vector(1 << 28)).close();
      String message =
          assertThrows(UserException.class, () -> backend.allocate(Shape.of(4, 1024, 512, 1000)))
              .getMessage();
      assertTrue(
          message.contains("this run uses 0 MiB, other programs and the driver 0 MiB"), message);
    }
  }

  @Test
  void trimGivesBackWhatTheDriverKeepsToo() {
    try (Backend backend = open();
        Arena arena = Arena.ofConfined()) {
      MemorySegment free = arena.allocate(JAVA_LONG);
      MemorySegment total = arena.allocate(JAVA_LONG);
      backend.allocate(Shape.vector(1 << 20)).close();
      backend.trim();
      assertEquals(0, Cuda.cuMemGetInfo_v2(free, total));
      assertEquals(total.get(JAVA_LONG, 0), free.get(JAVA_LONG, 0));
    }
  }

  @Test
  void aTensorOfAnotherBackendIsRefused() {
    try (Backend backend = open();
        Backend other = open()) {
      Tensor mine = backend.allocate(IMAGES);
      Tensor theirs = other.allocate(IMAGES);
      assertThrows(IllegalArgumentException.class, () -> backend.copy(theirs, mine));
    }
  }

  // ---- choices

  @Test
  void aSecondRunTakesWhatTheFirstHasMeasured(@TempDir Path cache) {
    String before = System.setProperty(Choices.FOLDER_PROPERTY, cache.toString());
    String first;
    try (Backend backend = open()) {
      work(backend);
      first = algorithm(backend).name();
      assertTrue(first.startsWith("cuDNN "), first);
      assertTrue(Emulator.calls(FIND) > 0);
      Emulator.configure("");
      try (Backend second = open()) {
        work(second);
        assertEquals(first, algorithm(second).name());
        assertEquals(0, Emulator.calls(FIND));
      }
    } finally {
      restore(before);
    }
  }

  @Test
  void normsAreTimedAsTheyAreReplayed() {
    try (Backend backend = open()) {
      work(backend);
      assertTrue(Emulator.calls("cuGraphLaunch") > 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cuStreamBeginCapture_v2, 1",
    // What is abandoned is ended once more.
    "cuStreamEndCapture, 2",
    "cuGraphInstantiateWithFlags, 1"
  })
  void normsAreTimedAllTheSameWhereNothingCanBeCaptured(String function, int every) {
    try (Backend backend = open()) {
      String faults =
          IntStream.iterate(1, call -> call < 9, call -> call + every)
              .mapToObj(call -> "fail=%s:%d:801".formatted(function, call))
              .collect(Collectors.joining(","));
      Emulator.configure(faults);
      work(backend);
      backend.sync();
      assertTrue(Emulator.calls(function) >= 2, "not every routine was timed");
      assertEquals(0, Emulator.calls("cuGraphLaunch"));
    }
  }

  private static void restore(String folder) {
    if (folder == null) {
      System.clearProperty(Choices.FOLDER_PROPERTY);
    } else {
      System.setProperty(Choices.FOLDER_PROPERTY, folder);
    }
  }

  private static Algorithm algorithm(Backend backend) {
    return backend.algorithm(ConvPass.FORWARD, SPEC, IMAGES, FILTER, RESULT);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void tensorOperationsAreSearchedForBf16Alone(Precision precision) {
    try (Backend backend = Backends.open("cuda", new BackendOptions(1, 0, precision))) {
      Tensor x = backend.allocateActivation(IMAGES);
      Tensor y = backend.allocateActivation(RESULT);
      backend.convForward(SPEC, x, backend.allocate(FILTER), y);
      String name = algorithm(backend).name();
      assertEquals(precision == Precision.BF16, name.endsWith(", tensor cores"), name);
    }
  }

  @Test
  void whereNoAlgorithmFitsAllThatWereTriedAreNamed() {
    try (Backend backend = open()) {
      Emulator.configure("nondeterministic");
      String message = assertThrows(UserException.class, () -> work(backend)).getMessage();
      for (String part :
          new String[] {
            "no deterministic algorithm",
            "implicit GEMM with math 3: CUDNN_STATUS_SUCCESS, not deterministic",
            "GEMM with math 3: CUDNN_STATUS_NOT_SUPPORTED",
            "use --backend simd"
          }) {
        assertTrue(message.contains(part), part + " is not in: " + message);
      }
      assertEquals(1, message.lines().count());
    }
  }

  @Test
  void aFilterIsCopiedOnceForEachOfItsChanges() {
    try (Backend backend = open()) {
      Tensor x = backend.allocate(IMAGES);
      Tensor w = backend.allocate(FILTER);
      Tensor y = backend.allocate(RESULT);
      backend.fill(x, 1);
      for (int version = 0; version < 3; version++) {
        backend.fill(w, version);
        for (int use = 0; use < 3; use++) {
          backend.convForward(SPEC, x, w, y);
          assertEquals(48f * version, read(backend, y)[5 + 4 * 1], "a pixel inside");
        }
      }
      Emulator.configure("");
      backend.convForward(SPEC, x, w, y);
      assertEquals(0, Emulator.calls("cuLaunchKernel"));
    }
  }

  // ---- replay

  @Test
  void whatAReplayWritesToIsNobodyElses() {
    try (Backend backend = open()) {
      Tensor out = backend.allocate(IMAGES);
      Runnable step =
          backend.capture(
              () -> {
                try (Scope _ = backend.scope()) {
                  Tensor temporary = backend.allocate(IMAGES);
                  backend.fill(temporary, 7);
                  backend.copy(temporary, out);
                }
              });
      for (int i = 0; i < 3; i++) {
        step.run();
      }
      Tensor mine = backend.allocate(IMAGES);
      backend.fill(mine, 1);
      step.run();
      assertEquals(1, read(backend, mine)[0]);
      assertEquals(7, read(backend, out)[0]);
    }
  }

  @Test
  void aReplayDropsByTheKeyOfTheStep() {
    Shape small = Shape.of(1, 3, 3, 4);
    AxisMap rows = Interpolation.BILINEAR.map(4, 3);
    AxisMap columns = AxisMap.slice(5, 1, 1, 4);
    float[][][] results = new float[2][5][];
    Backend[] backends = {open(), Backends.open("scalar")};
    for (int b = 0; b < 2; b++) {
      try (Backend backend = backends[b]) {
        Tensor key = backend.allocate(DropoutSpec.KEY);
        Tensor mask = backend.allocate(Shape.of(1, 3, 4, 5));
        Tensor out = backend.allocate(small);
        Runnable step =
            backend.capture(
                () -> {
                  backend.dropout(new DropoutSpec(0.5f, 3), key, mask);
                  backend.resample(rows, columns, mask, out);
                });
        for (int i = 0; i < results[b].length; i++) {
          backend.upload(DropoutSpec.key(i), key);
          step.run();
          results[b][i] = read(backend, out);
        }
      }
    }
    assertTrue(Emulator.calls("cuGraphLaunch") > 0);
    assertFalse(Arrays.equals(results[0][3], results[0][4]));
    for (int i = 0; i < results[0].length; i++) {
      assertArrayEquals(results[1][i], results[0][i], 1e-6f);
    }
  }

  @Test
  void aCapturedStepOfAnotherSizeGoesOnAsItIs() {
    try (Backend backend = open()) {
      Tensor x = backend.allocate(Shape.of(1, 3, 4, 4));
      Tensor y = backend.allocate(Shape.of(1, 3, 4, 4));
      backend.fill(x, 1);
      int[] runs = {0};
      Runnable step =
          backend.capture(
              () -> {
                AxisMap shifted = AxisMap.pad(4, runs[0], -runs[0], PadMode.ZERO);
                runs[0]++;
                backend.resample(shifted, AxisMap.slice(4, 3, -1, 4), x, y);
              });
      for (int i = 0; i < 4; i++) {
        step.run();
      }
      assertEquals(0, Emulator.calls("cuGraphLaunch"));
    }
  }

  @Test
  void aStepThatCannotBeCapturedGoesOnAsItIs() {
    try (Backend backend = open()) {
      Tensor x = backend.allocate(IMAGES);
      float[] values = new float[IMAGES.size()];
      float[] expected = new float[IMAGES.size()];
      Runnable step =
          backend.capture(
              () -> {
                backend.map(new Unary.Affine(1, 1), x, x);
                backend.read(x, values);
              });
      backend.fill(x, 0);
      for (int i = 1; i <= 2; i++) {
        step.run();
        Arrays.fill(expected, i);
        assertArrayEquals(expected, values);
      }
      step.run();
      step.run();
      Arrays.fill(expected, 4);
      assertArrayEquals(expected, values);
      assertEquals(0, Emulator.calls("cuGraphLaunch"));
    }
  }

  @Test
  void aStepInsideOfACapturedStepIsPartOfIt() {
    try (Backend backend = open()) {
      Tensor x = backend.allocate(IMAGES);
      backend.fill(x, 0);
      Runnable inner = backend.capture(() -> backend.map(new Unary.Affine(1, 1), x, x));
      inner.run();
      Runnable outer = backend.capture(inner);
      for (int i = 0; i < 5; i++) {
        outer.run();
      }
      assertEquals(6, read(backend, x)[0]);
    }
  }

  @Test
  void theDeviceIsDescribed() {
    try (Backend backend = Backends.open("cuda", BackendOptions.defaults())) {
      String device = backend.description().device();
      assertTrue(device.matches(".+, [0-9.]+ GiB, cuDNN 9\\.[0-9]+\\.[0-9]+, fp32"), device);
    }
  }
}
