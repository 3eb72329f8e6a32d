package lanewise.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import lanewise.UserException;
import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.BackendOptions;
import lanewise.backend.Backends;
import lanewise.backend.ConvSpec;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whichever call fails while the engine opens, computes and closes: it says so and leaves nothing.
 */
@OnEmulator
class FaultSweepTest {
  private static final int UNKNOWN = 999;
  private static final int EXECUTION_FAILED = 5000;
  private static final int LAUNCH_FAILED = 719;

  /** What ends or frees something; if that fails, what is left is no fault of the caller's. */
  private static final String RELEASING = ".*(Destroy|Free|Release|Unload).*";

  /** What describes a failure, or has no status. */
  private static final String DESCRIBING = "cuGetError.*|cudnnGet(Last|Error|Version|Cudart).*";

  @BeforeAll
  static void needsTheEmulatorItself() {
    assumeTrue(Emulator.isUsed(), "a real GPU has no faults to ask for");
  }

  /** A fault of one test is not held against the next. */
  private String before;

  @BeforeEach
  void countWhatIsThere() {
    before = Emulator.liveObjects();
  }

  @AfterEach
  void mend() {
    Emulator.configure("");
  }

  /** Opens the engine, has it compute on each of its ways, and closes it. */
  private static void useTheEngine() {
    try (Backend backend = Backends.open("cuda", BackendOptions.defaults());
        Scope _ = backend.scope()) {
      Tensor x = backend.allocate(Shape.of(2, 3, 8, 8));
      Tensor w = backend.allocate(Shape.filter(4, 3, 4, 4));
      Tensor y = backend.allocate(Shape.of(2, 4, 4, 4));
      backend.upload(new float[x.shape().size()], x);
      backend.fill(w, 1);
      ConvSpec spec = ConvSpec.of(2, 1);
      backend.convForward(spec, x, w, y);
      backend.convBackwardData(spec, y, w, x);
      backend.convBackwardFilter(spec, x, y, w);
      backend.map(Unary.Elementary.SQUARE, y, y);
      Shape table = NormScope.INSTANCE.tableShape(y.shape());
      Moments moments = new Moments(backend.allocate(table), backend.allocate(table), Source.INPUT);
      NormSpec norm = new NormSpec(NormScope.INSTANCE, 1e-5f, Activation.NONE);
      backend.normForward(norm, y, Affine.NONE, moments, backend.allocate(y.shape()));
      Runnable step = backend.capture(() -> backend.map(new Unary.Affine(0.5f, 0), y, y));
      for (int i = 0; i < 4; i++) {
        step.run();
      }
      backend.read(y, new float[y.shape().size()]);
      backend.trim();
    }
  }

  @Test
  void aSoundGpuIsLeftAsItWas() {
    Emulator.configure("");
    useTheEngine();
    assertEquals(before, Emulator.liveObjects());
  }

  static Stream<String> functions() throws IOException {
    Set<String> functions = new TreeSet<>();
    for (String list : List.of("cuda", "cudnn")) {
      try (Stream<String> lines = Files.lines(Path.of("bindings/symbols", list + ".txt"))) {
        lines
            .filter(line -> line.startsWith("--include-function "))
            .map(line -> line.substring(line.indexOf(' ') + 1).strip())
            .filter(name -> !name.matches(RELEASING) && !name.matches(DESCRIBING))
            .forEach(functions::add);
      }
    }
    return functions.stream();
  }

  @ParameterizedTest
  @MethodSource("functions")
  void aCallThatFailsLeavesNothing(String function) {
    Emulator.configure("");
    useTheEngine();
    long calls = Emulator.calls(function);
    int status = function.startsWith("cudnn") ? EXECUTION_FAILED : UNKNOWN;
    LongStream.of(1, calls / 2, calls)
        .distinct()
        .filter(call -> call >= 1 && call <= calls)
        .forEach(
            call -> holdToAnErrorAndNothingLeft("fail=%s:%d:%d".formatted(function, call, status)));
  }

  @Test
  void aGpuThatFailsForGoodIsLeftWithNothing() {
    Emulator.configure("");
    useTheEngine();
    long launches = Emulator.calls("cuLaunchKernel");
    for (long call = 1; call <= launches; call++) {
      holdToAnErrorAndNothingLeft("fail=cuLaunchKernel:%d:%d".formatted(call, LAUNCH_FAILED));
    }
  }

  @Test
  void memoryThatCannotBeHadLeavesNothing() {
    Emulator.configure("");
    useTheEngine();
    long allocations = Emulator.calls("cuMemAllocAsync") + Emulator.calls("cuMemAllocHost_v2");
    for (long allocation = 1; allocation <= allocations; allocation++) {
      holdToAnErrorAndNothingLeft("oom=%d+".formatted(allocation));
    }
  }

  /** An engine that goes on without the call that failed is right, too. */
  private void holdToAnErrorAndNothingLeft(String fault) {
    Emulator.configure(fault);
    try {
      useTheEngine();
    } catch (UserException e) {
      assertTrue(e.getMessage().contains("GPU"), fault + ": " + e.getMessage());
      assertEquals(1, e.getMessage().lines().count(), fault + ": " + e.getMessage());
    }
    assertEquals(before, Emulator.liveObjects(), fault);
  }
}
