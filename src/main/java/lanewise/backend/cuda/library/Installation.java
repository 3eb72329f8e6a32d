package lanewise.backend.cuda.library;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lanewise.UserException;
import lanewise.backend.cuda.driver.Device;

/** NVIDIA's driver, the GPUs and cuDNN on this machine, or why the engine cannot use them. */
public sealed interface Installation {

  /** The first call loads the libraries, for the life of the process; none throws. */
  static Installation get() {
    return Once.INSTALLATION;
  }

  /**
   * All is there.
   *
   * @param driverFile the library of the driver
   * @param driver the newest CUDA version that the driver supports, as {@code 12040} for 12.4
   * @param devices all GPUs, by their numbers; at least one has what the engine needs
   * @param cudnnFile the library of cuDNN
   * @param cudnn its version, as {@code 90600} for 9.6.0
   */
  record Usable(Path driverFile, int driver, List<Device> devices, Path cudnnFile, int cudnn)
      implements Installation {

    /**
     * A GPU by its number.
     *
     * @param bf16 whether it is to compute in bf16
     * @throws UserException if there is none of that number, or if it lacks what is needed
     */
    public Device device(int ordinal, boolean bf16) {
      if (ordinal >= devices.size()) {
        throw new UserException(
            "--device %d: there is no such GPU; the driver shows %s"
                .formatted(
                    ordinal,
                    devices.size() == 1 ? "one, number 0" : "0 to " + (devices.size() - 1)));
      }
      Device device = devices.get(ordinal);
      Optional<String> lack = InstallationCheck.lack(device);
      if (lack.isPresent()) {
        throw new UserException("--device %d: %s".formatted(ordinal, lack.get()));
      }
      if (bf16 && device.capability() < InstallationCheck.BF16_CAPABILITY) {
        throw new UserException(InstallationCheck.tooOldForBf16(device));
      }
      return device;
    }

    /** The version of cuDNN as it is written: {@code 9.6.0}. */
    public String cudnnVersion() {
      return "%d.%d.%d".formatted(cudnn / 10000, cudnn / 100 % 100, cudnn % 100);
    }

    /** The CUDA version that the driver supports as it is written: {@code 12.4}. */
    public String cudaVersion() {
      return InstallationCheck.cuda(driver);
    }
  }

  /** Something is not, for {@code reason}; {@code remedy} says what the user can do. */
  record Unusable(String reason, String remedy) implements Installation {}

  /** Looked for once: what is loaded stays. */
  final class Once {
    private static final Installation INSTALLATION =
        new InstallationCheck(System::getProperty, System::getenv).run();

    private Once() {}
  }
}
