package lanewise.backend.cuda;

import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.Tensor;

/** One way to normalise, with the meaning of {@link lanewise.backend.Backend}'s two operations. */
interface NormRoutine {

  /** What {@code -Dlanewise.cuda.norm} calls it. */
  String name();

  /** Whether {@link #forward} takes these arguments. */
  boolean canForward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y);

  void forward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y);

  /** Whether {@link #backward} takes these arguments. */
  boolean canBackward(
      NormSpec spec, Tensor x, Tensor dy, Affine affine, Moments moments, Tensor dx);

  void backward(
      NormSpec spec,
      Tensor x,
      Tensor dy,
      Affine affine,
      Moments moments,
      Tensor dx,
      Affine gradients);
}
