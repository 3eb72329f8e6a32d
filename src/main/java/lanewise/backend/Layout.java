package lanewise.backend;

/** The order in which the elements of a tensor lie in memory. */
public enum Layout {
  /** Activations: channels vary fastest, as cuDNN's and PyTorch's {@code channels_last} have it. */
  NHWC,
  /** Convolution filters: {@code [kh][kw][in][out]}, output channels vary fastest. */
  HWIO
}
