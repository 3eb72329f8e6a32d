package lanewise.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.benchmarks.onednn.OneDnn;
import lanewise.benchmarks.ours.Lanewise;
import lanewise.benchmarks.torch.Torch;

/** The implementations by the names that {@code -p implementation=} takes. */
public final class Implementations {
  private static final Map<String, Implementation> BY_NAME = new LinkedHashMap<>();

  static {
    BY_NAME.put("scalar", new Lanewise("scalar"));
    BY_NAME.put("simd", new Lanewise("simd"));
    BY_NAME.put("torch", new Fastest(Torch.NCHW, Torch.NHWC));
    BY_NAME.put("torch-nchw", Torch.NCHW);
    BY_NAME.put("torch-nhwc", Torch.NHWC);
    BY_NAME.put("onednn", new OneDnn());
  }

  private Implementations() {}

  /**
   * The implementation of that name.
   *
   * @throws IllegalArgumentException that says which there are
   */
  public static Implementation named(String name) {
    Implementation implementation = BY_NAME.get(name);
    if (implementation == null) {
      throw new IllegalArgumentException(
          "There is no implementation '%s'; use one of %s".formatted(name, BY_NAME.keySet()));
    }
    return implementation;
  }
}
