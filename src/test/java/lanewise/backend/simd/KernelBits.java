package lanewise.backend.simd;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import lanewise.backend.Activation;
import lanewise.backend.AdamSpec;
import lanewise.backend.AxisMap;
import lanewise.backend.Binary;
import lanewise.backend.DropoutSpec;
import lanewise.backend.Interpolation;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;

/** Fingerprints of what the streaming kernels compute; a program, to be run in JVMs of its own. */
final class KernelBits {
  private static final Shape SHAPE = Shape.of(2, 17, 9, 7);

  private KernelBits() {}

  /** Prints the fingerprints. */
  public static void main(String[] arguments) {
    System.out.println(of());
  }

  static Map<String, Integer> of() {
    Map<String, Integer> bits = new TreeMap<>();
    Tensor x = TestTensors.random(SHAPE, 1);
    Tensor dy = TestTensors.random(SHAPE, 2);
    try (Workers workers = new Workers(1)) {
      Pointwise pointwise = new Pointwise(workers);
      Tensor wide = TestTensors.poisoned(SHAPE);
      pointwise.map(new Unary.Affine(20, 1), x, wide);
      for (Unary f : Unary.Elementary.values()) {
        bits.put(f.toString(), hash(y -> pointwise.map(f, wide, y)));
      }
      for (Binary f : Binary.Arithmetic.values()) {
        bits.put(f.toString(), hash(y -> pointwise.zip(f, x, dy, y)));
      }
      pooling(workers, x, dy, bits);
      Reduction reduction = new Reduction(workers);
      Tensor sums = TestTensors.poisoned(Shape.vector(SHAPE.c()));
      reduction.sum(x, sums);
      bits.put("sum", Arrays.hashCode(TestTensors.values(sums)));
      Normalisation normalisation = new Normalisation(workers);
      for (NormScope scope :
          new NormScope[] {NormScope.BATCH, NormScope.INSTANCE, NormScope.LAYER}) {
        NormSpec spec = new NormSpec(scope, 1e-5f, Activation.leakyRelu(0.2f));
        Shape table = scope.tableShape(SHAPE);
        Moments moments =
            new Moments(TestTensors.poisoned(table), TestTensors.poisoned(table), Source.INPUT);
        bits.put(
            scope + " forward",
            hash(y -> normalisation.normForward(spec, x, Affine.NONE, moments, y)));
        bits.put(
            scope + " backward",
            hash(
                dx ->
                    normalisation.normBackward(
                        spec, x, dy, Affine.NONE, moments, dx, Affine.NONE)));
      }
      AdamSpec spec = new AdamSpec(0.5, 0.999, 1e-8);
      Tensor rates = TestTensors.of(AdamSpec.RATES, spec.rates(2e-4, 3));
      Tensor m = TestTensors.random(SHAPE, 3);
      Tensor v = TestTensors.poisoned(SHAPE);
      pointwise.map(Unary.Elementary.SQUARE, m, v);
      bits.put(
          "adam",
          hash(
              y -> {
                pointwise.copy(x, y);
                new Adam(workers).adam(spec, rates, y, dy, m, v);
              }));
    }
    return bits;
  }

  private static void pooling(Workers workers, Tensor x, Tensor dy, Map<String, Integer> bits) {
    AxisMap rows = Interpolation.BICUBIC.map(9, 9, 0.7);
    AxisMap columns = Interpolation.BILINEAR_ANTIALIASED.map(7, 7, 0.4);
    AxisMaps maps = new AxisMaps(workers);
    bits.put("resample", hash(y -> maps.resample(rows, columns, x, y)));
    PoolSpec spec = PoolSpec.of(3, 1, 1);
    MaxPooling pooling = new MaxPooling(workers);
    bits.put("max pool", hash(y -> pooling.pick(spec, x, dy, y)));
    bits.put("max pool adjoint", hash(dx -> pooling.scatter(spec, x, dy, dx)));
    Tensor key = TestTensors.of(DropoutSpec.KEY, DropoutSpec.key(-7));
    bits.put("dropout", hash(y -> new Dropout(workers).draw(new DropoutSpec(0.3f, 1), key, y)));
  }

  private static int hash(Consumer<Tensor> operation) {
    Tensor y = TestTensors.poisoned(SHAPE);
    operation.accept(y);
    return Arrays.hashCode(TestTensors.values(y));
  }
}
