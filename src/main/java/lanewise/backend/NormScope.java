package lanewise.backend;

/**
 * Which elements share a mean and a variance; the only thing in which batch, instance, layer and
 * group normalisation differ.
 */
public sealed interface NormScope {

  /** Ioffe and Szegedy 2015: each channel over all samples and pixels. */
  record Batch() implements NormScope {}

  /** Ulyanov et al. 2016: each channel of each sample by itself. */
  record Instance() implements NormScope {}

  /** Ba et al. 2016, as GroupNorm with one group: all channels and pixels of a sample. */
  record Layer() implements NormScope {}

  /** Wu and He 2018: each of {@code groups} runs of neighbouring channels of a sample. */
  record Group(int groups) implements NormScope {}

  NormScope BATCH = new Batch();
  NormScope INSTANCE = new Instance();
  NormScope LAYER = new Layer();

  /**
   * The shape of a table that holds one value for each set of elements of {@code x} that are
   * normalised together.
   */
  default Shape tableShape(Shape x) {
    return switch (this) {
      case Batch() -> Shape.vector(x.c());
      case Instance() -> Shape.matrix(x.n(), x.c());
      case Layer() -> Shape.matrix(x.n(), 1);
      case Group(int groups) -> {
        if (groups < 1 || x.c() % groups != 0) {
          throw new IllegalArgumentException(
              "group norm: %d channels do not split into %d groups".formatted(x.c(), groups));
        }
        yield Shape.matrix(x.n(), groups);
      }
    };
  }

  /** How many elements of {@code x} share one mean. */
  default int count(Shape x) {
    return x.size() / tableShape(x).size();
  }
}
