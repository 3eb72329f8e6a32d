package lanewise.train.translation;

import java.util.List;
import lanewise.backend.Shape;
import lanewise.data.PicturePair;
import lanewise.data.Planes;

/** Pictures of both kinds for a step: a batch of each. */
public record PairBatch(Images a, Images b) {

  /**
   * Pictures of one size.
   *
   * @param values in [-1, 1] and PyTorch's order
   */
  public record Images(Shape shape, float[] values) {

    static Images of(List<Planes> pictures) {
      Planes first = pictures.getFirst();
      Shape shape = Shape.of(pictures.size(), first.channels(), first.height(), first.width());
      float[] values = new float[shape.size()];
      int at = 0;
      for (Planes picture : pictures) {
        System.arraycopy(picture.values(), 0, values, at, picture.values().length);
        at += picture.values().length;
      }
      return new Images(shape, values);
    }
  }

  static PairBatch of(List<PicturePair> pairs) {
    return new PairBatch(
        Images.of(pairs.stream().map(PicturePair::a).toList()),
        Images.of(pairs.stream().map(PicturePair::b).toList()));
  }
}
