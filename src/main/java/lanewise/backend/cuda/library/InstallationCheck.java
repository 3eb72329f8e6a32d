package lanewise.backend.cuda.library;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import lanewise.UserException;
import lanewise.backend.cuda.driver.CudaException;
import lanewise.backend.cuda.driver.Device;
import lanewise.backend.cuda.driver.Driver;
import lanewise.backend.cuda.library.Installation.Unusable;
import lanewise.backend.cuda.library.Installation.Usable;
import lanewise.backend.cuda.library.Loading.Loaded;
import lanewise.backend.cuda.library.Loading.NotFound;
import lanewise.backend.cuda.library.Loading.NotThere;
import lanewise.backend.cuda.library.Loading.Refused;
import lanewise.bindings.cuda.Cuda;
import lanewise.bindings.cudnn.Cudnn;

/** Loads the libraries and asks them, from the driver up, until something is wrong. */
final class InstallationCheck {
  /** The least compute capability, major times 10 plus minor: what the kernels are compiled for. */
  private static final int CAPABILITY = 75;

  /** From which compute capability on cuDNN has convolutions of bf16. */
  static final int BF16_CAPABILITY = 80;

  private static final int OLDEST_DRIVER = 12000;
  private static final String OLDEST_DRIVER_RELEASE = "525.60";
  private static final int CUDNN_MAJOR = 9;
  private static final int NAMED = 5;
  private static final Path KERNEL_MODULE = Path.of("/proc/driver/nvidia/version");

  private final LibraryLoader loader;
  private final UnaryOperator<String> properties;
  private final UnaryOperator<String> environment;

  /** Takes from names to values or null: system properties, and variables of the environment. */
  InstallationCheck(UnaryOperator<String> properties, UnaryOperator<String> environment) {
    this.properties = properties;
    this.environment = environment;
    loader = new LibraryLoader(properties, environment);
  }

  /** Never throws. */
  Installation run() {
    try {
      requirePlatform();
      Path driverFile = loaded(NativeLibrary.DRIVER, "no NVIDIA driver", installDriver());
      int driver = checkedDriver(driverFile);
      List<Device> devices = devices();
      Path cudnnFile = loaded(NativeLibrary.CUDNN, "no cuDNN 9", installCudnn(driver));
      int cudnn = checkedCudnn(cudnnFile, driver);
      return new Usable(driverFile, driver, devices, cudnnFile, cudnn);
    } catch (UnusableException e) {
      return e.result();
    } catch (IllegalCallerException _) {
      return new Unusable(
          "the JVM does not let Lanewise call native libraries",
          "start java with --enable-native-access=ALL-UNNAMED");
    } catch (UserException e) {
      return new Unusable(e.getMessage(), "see whether nvidia-smi shows the GPU as sound");
    } catch (RuntimeException | LinkageError e) {
      return new Unusable("an unexpected " + e, "report it, with the output of nvidia-smi");
    }
  }

  private void requirePlatform() throws UnusableException {
    String system = properties.apply("os.name");
    if (!system.equals("Linux")) {
      throw new UnusableException(
          "the engine for GPUs runs on Linux and in WSL 2, not on " + system, "use --backend simd");
    }
  }

  // ---- the files

  private Path loaded(NativeLibrary library, String absence, String install)
      throws UnusableException {
    String name =
        "name its file or folder by %s or -D%s=".formatted(library.variable(), library.property());
    return switch (loader.load(library)) {
      case Loaded(Path file) -> file;
      case NotFound(List<String> places) ->
          throw new UnusableException(
              "%s: %s is not in %s".formatted(absence, library.file(), String.join(", ", places)),
              install + ", or " + name);
      case NotThere(String setting, String path) ->
          throw new UnusableException(
              "%s names %s, but no %s is there".formatted(setting, path, library.file()),
              "correct it, or leave it out to have the usual folders searched");
      case Refused(Path file, String reason) ->
          throw new UnusableException(
              "%s cannot be loaded: %s".formatted(file, reason),
              "mend what the loader says, or " + name);
    };
  }

  private static String installDriver() {
    return Files.exists(KERNEL_MODULE)
        ? "the kernel has NVIDIA's module, so give this container its libraries (--gpus all)"
        : "without an NVIDIA GPU use --backend simd; with one install NVIDIA's driver";
  }

  private static String installCudnn(int driver) {
    // A driver runs what was made for any CUDA up to its own.
    return "install cuDNN 9 (pip install nvidia-cudnn-cu%d)".formatted(Math.min(driver / 1000, 13));
  }

  private static void requireGenuine(NativeLibrary library, Path file, String remedy)
      throws UnusableException {
    if (!library.isGenuine()) {
      throw new UnusableException(
          "%s is another library: it lacks %s".formatted(file, library.probe()), remedy);
    }
  }

  private static void requireFunctions(NativeLibrary library, Path file, String remedy)
      throws UnusableException {
    List<String> missing = library.missingFunctions();
    if (!missing.isEmpty()) {
      String more = missing.size() > NAMED ? " and %d more".formatted(missing.size() - NAMED) : "";
      String names = String.join(", ", missing.subList(0, Math.min(NAMED, missing.size())));
      throw new UnusableException("%s lacks %s%s".formatted(file, names, more), remedy);
    }
  }

  // ---- the driver

  /** The CUDA version that the loaded driver supports. */
  private static int checkedDriver(Path file) throws UnusableException {
    String update = "update NVIDIA's driver to " + OLDEST_DRIVER_RELEASE + " or newer";
    requireGenuine(NativeLibrary.DRIVER, file, update);
    int version = Driver.version();
    if (version < OLDEST_DRIVER) {
      throw new UnusableException(
          "the driver is too old: it supports CUDA %s, and %s is needed"
              .formatted(cuda(version), cuda(OLDEST_DRIVER)),
          update);
    }
    requireFunctions(NativeLibrary.DRIVER, file, update);
    return version;
  }

  private List<Device> devices() throws UnusableException {
    try {
      Driver.start();
    } catch (CudaException e) {
      throw e.status() == Cuda.CUDA_ERROR_NO_DEVICE()
          ? noDevice()
          : new UnusableException(e.getMessage(), remedyFor(e.status()));
    }
    int count = Driver.deviceCount();
    if (count == 0) {
      throw noDevice();
    }
    List<Device> devices = new ArrayList<>();
    for (int ordinal = 0; ordinal < count; ordinal++) {
      devices.add(Device.of(ordinal));
    }
    if (devices.stream().allMatch(device -> lack(device).isPresent())) {
      throw new UnusableException(lack(devices.getFirst()).orElseThrow(), "use --backend simd");
    }
    return devices;
  }

  private UnusableException noDevice() {
    String visible = environment.apply("CUDA_VISIBLE_DEVICES");
    return visible == null
        ? new UnusableException(
            "the driver finds no GPU", "see what nvidia-smi lists, or use --backend simd")
        : new UnusableException(
            "the driver finds no GPU, with CUDA_VISIBLE_DEVICES=" + visible,
            "unset CUDA_VISIBLE_DEVICES, or set it to numbers that nvidia-smi lists");
  }

  private static String remedyFor(int status) {
    if (status == Cuda.CUDA_ERROR_STUB_LIBRARY()) {
      return "take the toolkit's folder of stubs out of LD_LIBRARY_PATH";
    }
    if (status == Cuda.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH()) {
      return "restart the machine: the driver was updated while its module was running";
    }
    if (status == Cuda.CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE()) {
      return "take the toolkit's folder named compat out of LD_LIBRARY_PATH";
    }
    if (status == Cuda.CUDA_ERROR_SYSTEM_NOT_READY()) {
      return "start nvidia-fabricmanager, which this machine's GPUs need";
    }
    return "see whether nvidia-smi shows the GPU as sound";
  }

  /** Why a GPU is not enough, if it is not. */
  static Optional<String> lack(Device device) {
    if (device.capability() < CAPABILITY) {
      return Optional.of(
          "%s has compute capability %s, and %s is needed"
              .formatted(device.name(), capability(device.capability()), capability(CAPABILITY)));
    }
    if (!device.memoryPools()) {
      return Optional.of(
          "%s has no memory pools (stream-ordered allocation), which are needed"
              .formatted(device.name()));
    }
    return Optional.empty();
  }

  /** Why a GPU cannot compute in bf16, and what it can. */
  static String tooOldForBf16(Device device) {
    return ("--precision bf16: GPU %d (%s) has compute capability %s, and cuDNN convolves bf16"
            + " from %s on; give --precision fp32")
        .formatted(
            device.ordinal(),
            device.name(),
            capability(device.capability()),
            capability(BF16_CAPABILITY));
  }

  private static String capability(int capability) {
    return capability / 10 + "." + capability % 10;
  }

  /** A version of CUDA as it is written: {@code 12.4}. */
  static String cuda(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  // ---- cuDNN

  /** The version of the loaded cuDNN. */
  private static int checkedCudnn(Path file, int driver) throws UnusableException {
    requireGenuine(NativeLibrary.CUDNN, file, installCudnn(driver));
    Optional<String> problem = Companions.loadNeeded(file);
    if (problem.isPresent()) {
      throw new UnusableException(problem.get(), installCudnn(driver));
    }
    int version = Math.toIntExact(Cudnn.cudnnGetVersion());
    // Before version 9 the major number counted thousands.
    int major = version < 10000 ? version / 1000 : version / 10000;
    if (major != CUDNN_MAJOR) {
      throw new UnusableException(
          "%s is cuDNN %d, and %d is needed".formatted(file, major, CUDNN_MAJOR),
          installCudnn(driver));
    }
    requireFunctions(NativeLibrary.CUDNN, file, installCudnn(driver));
    int runtime = Math.toIntExact(Cudnn.cudnnGetCudartVersion());
    if (runtime / 1000 > driver / 1000) {
      throw new UnusableException(
          "%s was made for CUDA %d, and the driver supports %s"
              .formatted(file, runtime / 1000, cuda(driver)),
          installCudnn(driver) + ", or update NVIDIA's driver");
    }
    return version;
  }
}
