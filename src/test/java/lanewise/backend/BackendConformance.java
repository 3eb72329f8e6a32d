package lanewise.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import lanewise.backend.conformance.ConformanceCase;
import lanewise.backend.conformance.ConformanceCase.Operation;
import lanewise.backend.conformance.ConformanceCases;
import lanewise.backend.conformance.ConformanceRun;
import lanewise.backend.conformance.ConvolutionCases;
import lanewise.backend.conformance.ConvolutionCases.Geometry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * What every backend must fulfil; one subclass a backend.
 *
 * <p>Values are held to the scalar backend, which is the specification; what scalar computes is
 * held to other sources elsewhere.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BackendConformance extends BackendLaws {
  private Backend backend;
  private Backend composed;
  private Backend reference;

  @BeforeAll
  final void open() {
    backend = open(2);
    composed = composed(backend);
    reference = Backends.open("scalar");
  }

  @AfterAll
  final void close() {
    backend.close();
    reference.close();
  }

  @Test
  final void theBackendUnderTestIsTheOneThatRuns() {
    assertEquals(name(), backend.description().name());
  }

  @TestFactory
  final Stream<DynamicTest> valuesAreScalars() {
    return ConformanceCases.all().stream()
        .map(row -> dynamicTest(row.name(), () -> compare(row, backend)));
  }

  @TestFactory
  final Stream<DynamicTest> composedOperationsAreTheFusedOnes() {
    return ConformanceCases.fused().stream()
        .map(row -> dynamicTest(row.name(), () -> compare(row, composed)));
  }

  /** In which the backend under test computes and stores. */
  Precision precision() {
    return Precision.FP32;
  }

  private void compare(ConformanceCase row, Backend tested) {
    assertNull(ConformanceRun.judge(row, tested, reference, precision()).problem());
  }

  /** The operations of {@code engine}, with the fused ones as the interface composes them. */
  private static Backend composed(Backend engine) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.isDefault()) {
            return InvocationHandler.invokeDefault(proxy, method, arguments);
          }
          try {
            return method.invoke(engine, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, handler);
  }

  @TestFactory
  final Stream<DynamicTest> bitsDoNotDependOnThreads() {
    List<Backend> others = new ArrayList<>();
    for (int threads : new int[] {1, 3}) {
      Backend other = open(threads);
      if (other.description().threads() == threads && backend.description().threads() != 1) {
        others.add(other);
      } else {
        other.close();
      }
    }
    return Stream.of(others)
        .filter(engines -> !engines.isEmpty())
        .flatMap(engines -> ConformanceCases.all().stream())
        .map(row -> dynamicTest(row.name(), () -> compareBits(row, others)))
        .onClose(() -> others.forEach(Backend::close));
  }

  private void compareBits(ConformanceCase row, List<Backend> others) {
    List<float[]> expected = ConformanceRun.outputs(row, backend);
    for (Backend other : others) {
      List<float[]> actual = ConformanceRun.outputs(row, other);
      for (int i = 0; i < expected.size(); i++) {
        String where = "output %d with %d threads".formatted(i, other.description().threads());
        ConformanceRun.checkBits(where, expected.get(i), actual.get(i));
      }
    }
  }

  /** {@code <conv(x, w), dy> = <x, backwardData(dy, w)> = <w, backwardFilter(x, dy)>}. */
  @TestFactory
  final Stream<DynamicTest> convolutionsAreAdjoint() {
    return ConvolutionCases.geometries().stream()
        .map(g -> dynamicTest(g.toString(), () -> convolutionIsAdjoint(g)));
  }

  private void convolutionIsAdjoint(Geometry g) {
    Random random = new Random(g.toString().hashCode());
    float[] x = gaussian(g.x(), random);
    float[] w = gaussian(g.w(), random);
    float[] dy = gaussian(g.y(), random);
    float[] y =
        apply(
            g.x(),
            x,
            g.w(),
            w,
            g.y(),
            (b, in, out) -> b.convForward(g.spec(), in[0], in[1], out[0]));
    float[] dx =
        apply(
            g.y(),
            dy,
            g.w(),
            w,
            g.x(),
            (b, in, out) -> b.convBackwardData(g.spec(), in[0], in[1], out[0]));
    float[] dw =
        apply(
            g.x(),
            x,
            g.y(),
            dy,
            g.w(),
            (b, in, out) -> b.convBackwardFilter(g.spec(), in[0], in[1], out[0]));
    double tolerance = 1e-5 * norm(y) * norm(dy);
    assertEquals(dot(y, dy), dot(x, dx), tolerance, "backwardData");
    assertEquals(dot(y, dy), dot(w, dw), tolerance, "backwardFilter");
  }

  @TestFactory
  final Stream<DynamicTest> resamplingsAreAdjoint() {
    Shape small = Shape.of(3, 5, 6, 9);
    Padding padding = new Padding(1, 4, 5, 0);
    return Stream.of(
        dynamicTest(
            "upsampleNearest",
            () ->
                isAdjoint(
                    small,
                    Shape.of(3, 5, 18, 27),
                    (b, in, out) -> b.upsampleNearest(3, in[0], out[0]),
                    (b, in, out) -> b.upsampleNearestAdjoint(3, in[0], out[0]))),
        dynamicTest(
            "reflectPad",
            () ->
                isAdjoint(
                    small,
                    padding.pad(small),
                    (b, in, out) -> b.reflectPad(padding, in[0], out[0]),
                    (b, in, out) -> b.reflectPadAdjoint(padding, in[0], out[0]))),
        dynamicTest(
            "copyChannels",
            () ->
                isAdjoint(
                    small,
                    Shape.of(3, 12, 6, 9),
                    (b, in, out) -> {
                      b.fill(out[0], 0);
                      b.copyChannels(in[0], 1, out[0], 8, 4);
                    },
                    (b, in, out) -> {
                      b.fill(out[0], 0);
                      b.copyChannels(in[0], 8, out[0], 1, 4);
                    })),
        dynamicTest(
            "copy and sum",
            () ->
                isAdjoint(
                    Shape.of(3, 1, 6, 1),
                    Shape.of(3, 5, 6, 9),
                    (b, in, out) -> b.copy(in[0], out[0]),
                    (b, in, out) -> b.sum(in[0], out[0]))));
  }

  private void isAdjoint(Shape from, Shape to, Operation forward, Operation adjoint) {
    Random random = new Random(7);
    float[] x = gaussian(from, random);
    float[] dy = gaussian(to, random);
    float[] y = apply(from, x, from, x, to, forward);
    float[] dx = apply(to, dy, to, dy, from, adjoint);
    assertEquals(dot(y, dy), dot(x, dx), 1e-6 * norm(y) * norm(dy));
  }

  private float[] apply(
      Shape a, float[] valuesA, Shape b, float[] valuesB, Shape result, Operation operation) {
    try (Scope _ = backend.scope()) {
      Tensor[] in = {backend.allocate(a), backend.allocate(b)};
      Tensor[] out = {backend.allocate(result)};
      backend.upload(valuesA, in[0]);
      backend.upload(valuesB, in[1]);
      operation.run(backend, in, out);
      float[] values = new float[result.size()];
      backend.read(out[0], values);
      return values;
    }
  }

  private static float[] gaussian(Shape shape, Random random) {
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static double norm(float[] a) {
    return Math.sqrt(dot(a, a));
  }
}
