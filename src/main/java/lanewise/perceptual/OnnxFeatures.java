package lanewise.perceptual;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.onnx.OnnxModel;
import lanewise.onnx.OnnxNode;
import lanewise.onnx.OnnxSession;
import lanewise.onnx.Port;

/**
 * A convolutional classifier from an ONNX file. Its layers are the values of its graph, by their
 * names there, up to where the pixels end: what a flattening operation makes is none.
 */
public final class OnnxFeatures implements PerceptualFeatures {
  /** What classifiers do to be done with pixels. */
  private static final Set<String> FLATTENING =
      Set.of("Flatten", "Reshape", "Gemm", "MatMul", "GlobalAveragePool", "GlobalMaxPool");

  /** Whose outputs are features; that of ReduceMean and the like is not. */
  private static final Set<String> ACTIVATIONS =
      Set.of("Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Clip", "Sigmoid", "Softplus", "Tanh");

  /** Sizes of feature maps whose last layers hold the style, from the largest on. */
  private static final int USUAL_SIZES = 4;

  /** Pixels of the sides of an image that is shown it to learn the sizes of its layers. */
  private static final int PROBE = 64;

  private final OnnxSession session;
  private final String input;
  private final Normalizer normalizer;
  private final List<String> layers;
  private final PerceptualLayers usual;

  private OnnxFeatures(
      Backend backend,
      OnnxSession session,
      String input,
      Normalizer normalizer,
      List<String> layers,
      List<String> activations) {
    this.session = session;
    this.input = input;
    this.normalizer = normalizer;
    this.layers = layers;
    usual = usual(backend, activations);
  }

  /**
   * Opens a classifier.
   *
   * @param scale of its input
   * @throws UserException if it cannot be run, does not take images of any size, or has no
   *     activations
   */
  public static OnnxFeatures open(Backend backend, OnnxModel model, InputScale scale) {
    Port input = imageInput(model);
    List<String> layers = new ArrayList<>();
    List<String> activations = new ArrayList<>();
    for (OnnxNode node : beforeFlattening(model)) {
      layers.addAll(node.outputs());
      if (ACTIVATIONS.contains(node.operation())) {
        activations.add(node.outputs().getFirst());
      }
    }
    if (activations.isEmpty()) {
      throw new UserException(
          "%s has no activations of feature maps; give a convolutional classifier"
              .formatted(model.file()));
    }
    OnnxSession session = model.open(backend);
    Normalizer normalizer = new Normalizer(backend, scale);
    return new OnnxFeatures(backend, session, input.name(), normalizer, layers, activations);
  }

  private static Port imageInput(OnnxModel model) {
    List<Port> inputs = model.inputs();
    if (inputs.size() == 1 && inputs.getFirst().fits(2, 3, PROBE, PROBE)) {
      return inputs.getFirst();
    }
    throw new UserException(
        ("%s takes %s, not colour images of any number and size (N x 3 x H x W); export it with"
                + " these axes dynamic")
            .formatted(
                model.file(), String.join(", ", inputs.stream().map(Port::toString).toList())));
  }

  private static List<OnnxNode> beforeFlattening(OnnxModel model) {
    List<OnnxNode> nodes = model.nodes();
    int end = 0;
    while (end < nodes.size() && !FLATTENING.contains(nodes.get(end).operation())) {
      end++;
    }
    return nodes.subList(0, end);
  }

  /** The last activations of each size; the content is that of the second. */
  private PerceptualLayers usual(Backend backend, List<String> activations) {
    List<String> last = new ArrayList<>();
    try (Scope _ = backend.scope()) {
      Tensor image = backend.allocate(Shape.of(1, 3, PROBE, PROBE));
      backend.fill(image, 0);
      Map<String, Variable> seen = of(Variable.constant(backend, image), activations);
      int height = 0;
      for (String name : activations) {
        int h = seen.get(name).shape().h();
        if (h == height) {
          last.removeLast();
        }
        height = h;
        last.add(name);
      }
    }
    List<String> style = last.subList(0, Math.min(USUAL_SIZES, last.size()));
    return new PerceptualLayers(List.of(style.get(Math.min(1, style.size() - 1))), style);
  }

  @Override
  public List<String> layers() {
    return layers;
  }

  @Override
  public PerceptualLayers defaultLayers() {
    return usual;
  }

  @Override
  public Map<String, Variable> of(Variable images, Collection<String> wanted) {
    return session.evaluate(Map.of(input, normalizer.apply(images)), wanted);
  }

  @Override
  public int smallestSide() {
    return PROBE;
  }

  @Override
  public String description() {
    return String.valueOf(session.model().file().getFileName());
  }

  @Override
  public void close() {
    normalizer.close();
    session.close();
  }
}
