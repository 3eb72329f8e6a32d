package lanewise.backend.cuda;

import lanewise.backend.Tensor;

/** What cuDNN's vectorised kernels ask of addresses; views may start anywhere. */
final class Alignment {
  private static final long BYTES = 16;

  private Alignment() {}

  /** Whether each tensor that is not null starts where a vector may. */
  static boolean of(Tensor... tensors) {
    for (Tensor t : tensors) {
      if (t != null && t.segment().address() % BYTES != 0) {
        return false;
      }
    }
    return true;
  }
}
