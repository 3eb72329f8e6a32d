package lanewise.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.nn.GraphOperation;
import lanewise.nn.Network;
import lanewise.nn.Pass;
import lanewise.nn.Statistics;
import lanewise.onnx.HostTensor;
import lanewise.onnx.OnnxModel;
import lanewise.onnx.OnnxSession;
import lanewise.onnx.Signature;

/**
 * What became of random samples in a network and in the ONNX model that was written of it.
 *
 * @param samples how many those were
 * @param difference the largest between their results
 * @param largest magnitude of a result
 */
public record OnnxCheck(int samples, double difference, double largest) {
  private static final int SAMPLES = 2;

  /** Far above what rounding does, far below what a wrong weight or layer does. */
  private static final double TOLERANCE = 1e-3;

  /** Computes both. */
  static OnnxCheck run(Network network, Signature signature, OnnxModel model) {
    Backend backend = network.backend();
    SplittableRandom random = new SplittableRandom(SAMPLES);
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    try (Scope _ = backend.scope();
        OnnxSession session = model.open(backend)) {
      float[] x = new float[shape(signature.input()).size()];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) random.nextGaussian();
      }
      Variable input = give(backend, signature.input(), x, inputs);
      Variable condition = null;
      if (signature.condition() != null) {
        int classes = signature.condition().shape().c();
        float[] rows = new float[SAMPLES * classes];
        Labels.fillOneHot(Labels.inTurn(classes - 1, SAMPLES, classes), classes, rows);
        condition = give(backend, signature.condition(), rows, inputs);
      }
      Variable y = network.forward(input, new Pass(Statistics.RUNNING, condition));
      float[] expected = new float[y.shape().size()];
      backend.read(y.tensor(), expected);
      return compare(expected, session.run(inputs).get(signature.output()).floats());
    }
  }

  private static Shape shape(GraphOperation.Input input) {
    Shape one = input.shape();
    return Shape.of(SAMPLES, one.c(), one.h(), one.w());
  }

  /** Puts values among the model's inputs and on the backend. */
  private static Variable give(
      Backend backend, GraphOperation.Input input, float[] values, Map<String, HostTensor> inputs) {
    Shape shape = shape(input);
    inputs.put(
        input.name(),
        shape.isMatrix()
            ? HostTensor.of(values, shape.n(), shape.c())
            : HostTensor.of(values, shape.n(), shape.c(), shape.h(), shape.w()));
    Tensor tensor = backend.allocateActivation(shape);
    backend.upload(values, tensor);
    return Variable.constant(backend, tensor);
  }

  private static OnnxCheck compare(float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw new IllegalStateException(
          "the model gives %d values, the network %d".formatted(actual.length, expected.length));
    }
    double difference = 0;
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      // What a diverged training left is the same in both, but has no size.
      if (Float.compare(expected[i], actual[i]) != 0) {
        difference = Math.max(difference, Math.abs((double) expected[i] - actual[i]));
      }
      if (Float.isFinite(expected[i])) {
        largest = Math.max(largest, Math.abs(expected[i]));
      }
    }
    return new OnnxCheck(SAMPLES, difference, largest);
  }

  /** Passes if the model computes what the network does. */
  OnnxCheck requireSame() {
    if (!(difference <= TOLERANCE * Math.max(1, largest))) {
      throw new IllegalStateException(
          "the ONNX model differs from the network by %s, where that gives up to %s"
              .formatted(difference, largest));
    }
    return this;
  }
}
