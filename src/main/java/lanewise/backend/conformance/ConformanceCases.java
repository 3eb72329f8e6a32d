package lanewise.backend.conformance;

import java.util.List;
import java.util.stream.Stream;

/**
 * The table that every backend is held to: values here, and what else is checked case by case.
 *
 * <p>Sizes lie around the widths of vectors, planes are odd, and the layers of the models that are
 * trained are there in their real shapes.
 */
public final class ConformanceCases {
  /** Around vectors of 4, 8 and 16 elements, and channels of images. */
  static final int[] SIZES = {1, 3, 13, 15, 16, 17, 31, 32, 33, 64, 65};

  private ConformanceCases() {}

  public static List<ConformanceCase> all() {
    return Stream.of(
            PointwiseCases.all(),
            MatrixCases.all(),
            ConvolutionCases.all(),
            NormCases.all(),
            ResamplingCases.all(),
            ChannelCases.all(),
            OrderCases.all(),
            PoolingCases.all(),
            DropoutCases.all(),
            fused())
        .flatMap(List::stream)
        .toList();
  }

  /** The operations that {@link Backend} also composes of others. */
  public static List<ConformanceCase> fused() {
    return FusedCases.all();
  }
}
