package lanewise.backend.simd;

/** The ways to compute a convolution or one of its gradients. */
enum ConvAlgorithm {
  /** A product with windows that are never stored: of x, or for the data gradient of dy. */
  GEMM("implicit GEMM", null),
  /** For few input channels: {@link DirectConvolution}. */
  DIRECT("direct from rows", null),
  /** For few output channels and stride 1: {@link #DIRECT}, seen from the output. */
  DIRECT_MIRRORED("direct from rows, mirrored", null),
  /** The data gradient by {@link ColumnGradient}. */
  COLUMNS("GEMM and col2im", null),
  /** The data gradient in one product: the kernel is as large as the image. */
  WHOLE_IMAGE("one GEMM", null),
  /** {@link TwoTaps}: for k4 s2 and whatever else has two taps for each stride. */
  WINOGRAD_TWO_TAPS("Winograd F(2x2,2x2)", new TwoTaps()),
  /** {@link ThreeTaps}: for k3 s1 and whatever else has three taps for each stride. */
  WINOGRAD_THREE_TAPS("Winograd F(2x2,3x3)", new ThreeTaps());

  private final String words;
  private final Winograd winograd;

  ConvAlgorithm(String words, Winograd winograd) {
    this.words = words;
    this.winograd = winograd;
  }

  /** The transforms, or null if there are none. */
  Winograd winograd() {
    return winograd;
  }

  @Override
  public String toString() {
    return words;
  }
}
