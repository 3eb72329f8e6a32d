package lanewise.inference;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.onnx.OnnxModel;
import lanewise.onnx.OnnxSession;
import lanewise.onnx.Port;

/** An ONNX model from one image to one image; it is computed as a whole. */
final class OnnxImages implements ImageFunction {
  private static final int RANK = 4;

  private final Backend backend;
  private final OnnxSession session;
  private final Port input;
  private final Port output;

  private OnnxImages(Backend backend, OnnxSession session, Port input, Port output) {
    this.backend = backend;
    this.session = session;
    this.input = input;
    this.output = output;
  }

  /**
   * A model that is ready to run.
   *
   * @throws UserException if it is not from one image, N x C x H x W, to others
   */
  static OnnxImages of(Backend backend, OnnxModel model) {
    if (model.inputs().size() != 1 || !isImage(model.inputs().getFirst())) {
      throw new UserException(
          "%s does not take one image (N x C x H x W), but %s; use lanewise run"
              .formatted(model.file(), model.inputs()));
    }
    Port output = model.outputs().getFirst();
    if (!isImage(output)) {
      throw new UserException(
          "%s does not make an image, but %s; use lanewise run".formatted(model.file(), output));
    }
    return new OnnxImages(backend, model.open(backend), model.inputs().getFirst(), output);
  }

  private static boolean isImage(Port port) {
    return port.sizes() == null || port.sizes().size() == RANK;
  }

  /** Of the images it takes: 1 or 3; 3 where it does not say. */
  int channels() {
    return input.sizes() != null && input.sizes().get(1).equals("1") ? 1 : 3;
  }

  /** Whether it takes images of one size alone. */
  boolean hasFixedSize() {
    return input.sizes() != null
        && !input.fits(1, channels(), Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  @Override
  public long bytes(Shape x) {
    if (!input.fits(x.n(), x.c(), x.h(), x.w())) {
      throw new UserException(
          "the model takes images of %s alone, not of %d x %d pixels; crop or resize the picture"
              .formatted(input, x.w(), x.h()));
    }
    try {
      return session.bytes(Map.of(input.name(), x), List.of(output.name()));
    } catch (UserException e) {
      throw new UserException(
          "%d x %d pixels do not go through the model (%s); use another --size"
              .formatted(x.w(), x.h(), e.getMessage()),
          e);
    }
  }

  @Override
  public <T> T apply(Shape shape, Consumer<Tensor> fill, Function<Tensor, T> read) {
    try (Scope _ = backend.scope()) {
      Tensor x = backend.allocate(shape);
      fill.accept(x);
      Map<String, Variable> given = Map.of(input.name(), Variable.constant(backend, x));
      return read.apply(
          session.evaluate(given, List.of(output.name())).get(output.name()).tensor());
    }
  }

  @Override
  public void close() {
    session.close();
  }

  @Override
  public String toString() {
    return "ONNX model, %s to %s".formatted(input, output);
  }
}
