package lanewise.backend.cuda;

import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.BackendOptions;
import lanewise.backend.BackendProvider;

/** Says why {@code cuda} cannot be opened. */
public final class CudaProvider implements BackendProvider {
  private static final Availability.Unavailable NOT_YET =
      new Availability.Unavailable(
          "this version of Lanewise has no cuDNN engine yet", "use --backend simd or scalar");

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public int priority() {
    return 200;
  }

  @Override
  public Availability availability() {
    return NOT_YET;
  }

  @Override
  public Backend open(BackendOptions options) {
    throw new UserException("Backend cuda: " + NOT_YET.reason() + "; " + NOT_YET.remedy());
  }
}
