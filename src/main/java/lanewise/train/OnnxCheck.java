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
  /** Far above what rounding does, far below what a wrong weight or layer does. */
  private static final double TOLERANCE = 1e-3;

  /** Computes both. */
  static OnnxCheck run(NetworkExport export, OnnxModel model) {
    Backend backend = export.network().backend();
    Signature signature = export.signature();
    // The network's batch norms would mix two samples.
    int samples = export.statistics() == Statistics.INPUT ? 1 : 2;
    SplittableRandom random = new SplittableRandom(samples);
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    try (Scope _ = backend.scope();
        OnnxSession session = model.open(backend)) {
      float[] x = new float[shape(signature.input(), samples).size()];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) random.nextGaussian();
      }
      Variable input = give(backend, signature.input(), samples, x, inputs);
      Variable condition = null;
      if (signature.condition() != null) {
        int classes = signature.condition().shape().c();
        float[] rows = new float[samples * classes];
        Labels.fillOneHot(Labels.inTurn(classes - 1, samples, classes), classes, rows);
        condition = give(backend, signature.condition(), samples, rows, inputs);
      }
      Variable y = export.network().forward(input, new Pass(export.statistics(), condition));
      float[] expected = new float[y.shape().size()];
      backend.read(y.tensor(), expected);
      return compare(samples, expected, session.run(inputs).get(signature.output()).floats());
    }
  }

  private static Shape shape(GraphOperation.Input input, int samples) {
    Shape one = input.shape();
    return Shape.of(samples, one.c(), one.h(), one.w());
  }

  /** Puts values among the model's inputs and on the backend. */
  private static Variable give(
      Backend backend,
      GraphOperation.Input input,
      int samples,
      float[] values,
      Map<String, HostTensor> inputs) {
    Shape shape = shape(input, samples);
    inputs.put(
        input.name(),
        shape.isMatrix()
            ? HostTensor.of(values, shape.n(), shape.c())
            : HostTensor.of(values, shape.n(), shape.c(), shape.h(), shape.w()));
    Tensor tensor = backend.allocateActivation(shape);
    backend.upload(values, tensor);
    return Variable.constant(backend, tensor);
  }

  private static OnnxCheck compare(int samples, float[] expected, float[] actual) {
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
    return new OnnxCheck(samples, difference, largest);
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
