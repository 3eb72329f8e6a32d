package lanewise.backend.cuda;

import lanewise.backend.NormScope;
import lanewise.backend.Shape;

/**
 * Which elements of an N x C x H x W tensor share a mean: those of set {@code n * stride + c /
 * channels}.
 *
 * @param stride 0 where all samples are together
 * @param channels of one set
 */
record NormSets(int stride, int channels) {

  static NormSets of(NormScope scope, Shape x) {
    return switch (scope) {
      case NormScope.Batch() -> new NormSets(0, 1);
      case NormScope.Instance() -> new NormSets(x.c(), 1);
      case NormScope.Layer() -> new NormSets(1, x.c());
      case NormScope.Group(int groups) -> new NormSets(groups, x.c() / groups);
    };
  }

  /** Whether each sample is normalised by itself. */
  boolean perSample() {
    return stride != 0;
  }
}
