package lanewise.nn;

import lanewise.backend.Shape;

/** What a layer multiplies its input by. */
public enum Weights {
  /** The weight as it is trained. */
  PLAIN {
    @Override
    Weight declare(Module layer, WeightMatrix matrix, Shape shape, Init init, long... dimensions) {
      return new Weight.Plain(layer.parameter("weight", shape, init, dimensions));
    }
  },

  /** The trained weight divided by its largest singular value, as {@link SpectralNorm} says. */
  SPECTRAL {
    @Override
    Weight declare(Module layer, WeightMatrix matrix, Shape shape, Init init, long... dimensions) {
      return new SpectralNorm(
          matrix,
          layer.parameter("weight_orig", shape, init, dimensions),
          layer.buffer("weight_u", matrix.u(), Init.DIRECTION, matrix.u().size()),
          layer.buffer("weight_v", matrix.v(), Init.DIRECTION, matrix.v().size()));
    }
  };

  /** Declares what the weight of {@code layer} is made of, by the names of the state dict. */
  abstract Weight declare(
      Module layer, WeightMatrix matrix, Shape shape, Init init, long... dimensions);

  /** {@link #SPECTRAL} if asked for. */
  public static Weights spectral(boolean spectralNorm) {
    return spectralNorm ? SPECTRAL : PLAIN;
  }
}
