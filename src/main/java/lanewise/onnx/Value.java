package lanewise.onnx;

/** What flows between the nodes of a graph while it runs. */
sealed interface Value permits HostTensor, DeviceTensor {

  /** The sizes that ONNX knows; empty for a scalar. */
  int[] dims();
}
