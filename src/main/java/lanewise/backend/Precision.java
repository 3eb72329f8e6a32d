package lanewise.backend;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import lanewise.Names;

/**
 * In what an engine computes and stores, as {@code --precision} names it. Weights, their gradients,
 * the optimiser's moments and the statistics of norms are fp32 in each.
 */
public enum Precision {
  /** Everything in fp32. */
  FP32,
  /** Convolutions and matrix products round their operands to TF32: 10 bits of mantissa. */
  TF32,
  /** Activations and their gradients are stored as bfloat16; sums are fp32. */
  BF16;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What {@link #named} takes. */
  public static List<String> names() {
    return Arrays.stream(values()).map(Precision::toString).toList();
  }

  /** The precision of that name. */
  public static Precision named(String name) {
    return Names.find("precision", name, Arrays.asList(values()));
  }
}
