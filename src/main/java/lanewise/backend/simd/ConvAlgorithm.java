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
  /** {@link F22}: for k4 s2 and whatever else has two taps for each stride. */
  WINOGRAD_F22("Winograd F(2x2,2x2)", new F22()),
  /** {@link F42}: the same with larger tiles. */
  WINOGRAD_F42("Winograd F(4x4,2x2)", new F42()),
  /** {@link F23}: for k3 s1 and whatever else has three taps for each stride. */
  WINOGRAD_F23("Winograd F(2x2,3x3)", new F23()),
  /** {@link F43}: the same with larger tiles. */
  WINOGRAD_F43("Winograd F(4x4,3x3)", new F43());

  private final String words;
  private final Winograd winograd;

  ConvAlgorithm(String words, Filtering side) {
    this.words = words;
    winograd = side == null ? null : new Winograd(side);
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
