package lanewise.backend.simd;

import java.util.Arrays;

/** What one worker needs to transform tiles. */
record TileScratch(Buffer patch, Buffer rows, Buffer pixels) {

  /** One for each worker. */
  static TileScratch[] forEach(Workers workers) {
    TileScratch[] all = new TileScratch[workers.threads()];
    Arrays.setAll(all, i -> new TileScratch(new Buffer(), new Buffer(), new Buffer()));
    return all;
  }
}
