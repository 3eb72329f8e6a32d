package lanewise.backend.simd;

/** What the tiles of a Winograd convolution are multiplied from. */
interface TileSource {

  /** Channels of a transformed tile, filled up to whole blocks of a filter. */
  int depth();

  /**
   * Transforms a tile's channels.
   *
   * @param unit channels that are written one after the other; the next follow {@code stride}
   *     further on
   * @param plane from one product's channels to the next product's
   */
  void transform(
      int tile, Buffer patches, Buffer scratch, float[] v, int at, int unit, int stride, int plane);
}
