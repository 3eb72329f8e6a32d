package lanewise.nn;

import java.util.Locale;

/** Which mean and variance a normalisation uses; PyTorch's train and eval mode, said explicitly. */
public enum Statistics {
  /** Those of the input; running averages, where a layer keeps them, are updated. */
  BATCH,
  /** Those of the input; nothing is updated, so that looking at a network leaves it as it was. */
  INPUT,
  /** The running averages, where a layer keeps them, otherwise those of the input. */
  RUNNING;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
