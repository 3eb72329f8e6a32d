package lanewise.onnx;

/** Something in a model that is wrong or not supported; who catches it knows the file and node. */
final class ModelFault extends RuntimeException {
  private static final long serialVersionUID = 1;

  ModelFault(String message) {
    super(message);
  }

  ModelFault(String message, Throwable cause) {
    super(message, cause);
  }
}
