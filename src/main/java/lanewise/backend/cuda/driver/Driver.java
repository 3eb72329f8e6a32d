package lanewise.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import lanewise.bindings.cuda.Cuda;

/** The driver as a whole: what can be asked of it before there is a context. */
public final class Driver {
  private static final Path KERNEL_MODULE = Path.of("/sys/module/nvidia/version");

  private Driver() {}

  /** The newest CUDA version that it supports, as {@code 12040} for 12.4; needs no start. */
  public static int version() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment version = arena.allocate(JAVA_INT);
      Context.require(Cuda.cuDriverGetVersion(version), "cuDriverGetVersion");
      return version.get(JAVA_INT, 0);
    }
  }

  /** The release of its kernel module, as {@code 580.65.06}, where the system tells. */
  public static Optional<String> release() {
    try {
      return Optional.of(Files.readString(KERNEL_MODULE).strip());
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** Starts it, or does nothing if it runs. */
  public static void start() {
    Context.require(Cuda.cuInit(0), "cuInit");
  }

  /** How many GPUs it shows to this process. */
  public static int deviceCount() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      Context.require(Cuda.cuDeviceGetCount(count), "cuDeviceGetCount");
      return count.get(JAVA_INT, 0);
    }
  }

  /** The {@code CUdevice} of a number. */
  static int device(int ordinal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment device = arena.allocate(JAVA_INT);
      Context.require(Cuda.cuDeviceGet(device, ordinal), "cuDeviceGet");
      return device.get(JAVA_INT, 0);
    }
  }
}
