package lanewise.train.translation;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import lanewise.backend.Shape;
import lanewise.data.PicturePair;
import lanewise.data.Planes;
import lanewise.io.TensorEntry;
import lanewise.nn.Network;
import lanewise.train.Task.Description.Part;

/** Trains networks on pairs of pictures, step by step. */
public interface TranslationTrainer extends AutoCloseable {

  /** Steps done so far. */
  long steps();

  /**
   * Passes if the networks can be trained on pictures of these shapes.
   *
   * @throws lanewise.UserException if they are too small, or cannot be halved as often as they are
   */
  void requireFits(Shape a, Shape b);

  /** See {@link lanewise.train.Task#step}. */
  Map<String, Float> step(PairBatch pairs);

  /** By the names of their files. */
  Map<String, Network> networks();

  /** The networks with what training gives them, for pictures of this shape. */
  List<Part> parts(Shape images);

  /** See {@link lanewise.train.Task#metadata}. */
  Map<String, String> metadata(Network network);

  /** See {@link lanewise.train.Task#state}. */
  Map<String, List<TensorEntry>> state();

  /** See {@link lanewise.train.Task#restore}. */
  void restore(long steps, Function<String, Map<String, TensorEntry>> state);

  /**
   * A pair of pictures with what the networks make of them: the row of a table.
   *
   * @param pair of one size
   */
  List<Planes> row(PicturePair pair);

  @Override
  void close();
}
