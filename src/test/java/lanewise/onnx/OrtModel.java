package lanewise.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model in ONNX Runtime, which checks names, types and shapes when it loads one. */
final class OrtModel implements AutoCloseable {
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

  private final OrtSession session;

  OrtModel(byte[] model) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      session = ENVIRONMENT.createSession(model, options);
    }
  }

  /** Float values with their dimensions. */
  record Values(long[] dimensions, float[] data) {}

  /** The one output for these inputs. */
  Values run(Map<String, Values> inputs) throws OrtException {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, Values> input : inputs.entrySet()) {
        FloatBuffer data = FloatBuffer.wrap(input.getValue().data());
        long[] dimensions = input.getValue().dimensions();
        tensors.put(input.getKey(), OnnxTensor.createTensor(ENVIRONMENT, data, dimensions));
      }
      try (OrtSession.Result result = session.run(tensors)) {
        OnnxTensor output = (OnnxTensor) result.get(0);
        float[] data = new float[output.getFloatBuffer().remaining()];
        output.getFloatBuffer().get(data);
        return new Values(output.getInfo().getShape(), data);
      }
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
