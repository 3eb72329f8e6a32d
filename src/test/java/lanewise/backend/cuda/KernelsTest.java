package lanewise.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.ElementType;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * The partitions of work that the conformance cases are too small for, or that depend on the GPU:
 * aligned quads, bf16, many multiprocessors or one, runs of a plane, chunks of a batch, planes in
 * registers.
 */
@OnEmulator
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KernelsTest {
  private static final Chunks WHOLE = new Chunks(Long.MAX_VALUE);
  private static final int[] MULTIPROCESSORS = {1, 132};

  private KernelRig rig;
  private Backend reference;

  @BeforeAll
  void open() {
    rig = new KernelRig();
    reference = Backends.open("scalar");
  }

  @AfterAll
  void close() {
    rig.close();
    reference.close();
  }

  @TestFactory
  Stream<DynamicTest> sums() {
    List<DynamicTest> tests = new ArrayList<>();
    Shape[][] shapes = {
      {Shape.of(8, 64, 32, 32), Shape.vector(64)},
      {Shape.of(8, 3, 33, 31), Shape.vector(3)},
      {Shape.of(4, 64, 32, 32), Shape.scalar()},
      {Shape.of(1, 1, 99, 101), Shape.scalar()},
      {Shape.of(16, 48, 16, 16), Shape.of(16, 48, 1, 1)},
      {Shape.of(3, 512, 4, 4), Shape.of(3, 1, 4, 4)},
      {Shape.of(9, 64, 16, 16), Shape.of(1, 1, 16, 16)},
      {Shape.of(5, 24, 31, 16), Shape.of(1, 24, 31, 1)},
      {Shape.of(5, 24, 31, 16), Shape.of(5, 1, 1, 16)},
      {Shape.of(300, 20, 1, 1), Shape.of(300, 1, 1, 1)},
    };
    for (Shape[] pair : shapes) {
      for (int multiprocessors : MULTIPROCESSORS) {
        for (ElementType type : ElementType.values()) {
          String name = "%s %s to %s, %d".formatted(type, pair[0], pair[1], multiprocessors);
          tests.add(dynamicTest(name, () -> sum(pair[0], pair[1], type, multiprocessors)));
        }
      }
    }
    return tests.stream();
  }

  private void sum(Shape shape, Shape result, ElementType type, int multiprocessors) {
    float[] x = KernelRig.values(shape, type, 0, new Random(1));
    Tensor y = rig.allocate(result, ElementType.F32);
    rig.reduction(multiprocessors).sum(rig.upload(x, shape, type), y);
    try (var _ = reference.scope()) {
      Tensor expected = reference.allocate(result);
      reference.sum(onReference(shape, x), expected);
      assertClose("sum", onReference(expected), rig.read(y), 1e-5);
    }
  }

  @TestFactory
  Stream<DynamicTest> products() {
    List<DynamicTest> tests = new ArrayList<>();
    int[][] sizes = {{300, 270, 40}, {256, 128, 96}, {7, 9, 5000}, {128, 1, 2049}};
    for (int[] size : sizes) {
      for (int multiprocessors : MULTIPROCESSORS) {
        for (int transposes = 0; transposes < 4; transposes++) {
          boolean a = (transposes & 1) != 0;
          boolean b = (transposes & 2) != 0;
          String name =
              "%dx%dx%d %s %s, %d".formatted(size[0], size[1], size[2], a, b, multiprocessors);
          tests.add(dynamicTest(name, () -> product(size, a, b, multiprocessors)));
        }
      }
    }
    return tests.stream();
  }

  private void product(int[] size, boolean transposeA, boolean transposeB, int multiprocessors) {
    Shape a = transposeA ? Shape.matrix(size[2], size[0]) : Shape.matrix(size[0], size[2]);
    Shape b = transposeB ? Shape.matrix(size[1], size[2]) : Shape.matrix(size[2], size[1]);
    Shape c = Shape.matrix(size[0], size[1]);
    Random random = new Random(2);
    float[] as = KernelRig.values(a, ElementType.F32, 0, random);
    float[] bs = KernelRig.values(b, ElementType.F32, 0, random);
    Tensor y = rig.allocate(c, ElementType.F32);
    rig.gemm(multiprocessors)
        .gemm(
            transposeA,
            transposeB,
            0.5f,
            rig.upload(as, a, ElementType.F32),
            rig.upload(bs, b, ElementType.F32),
            0,
            y);
    try (var _ = reference.scope()) {
      Tensor expected = reference.allocate(c);
      reference.gemm(
          transposeA, transposeB, 0.5f, onReference(a, as), onReference(b, bs), 0, expected);
      assertClose("product", onReference(expected), rig.read(y), 5e-6);
    }
  }

  /** How a norm is computed: how many multiprocessors, and how much of a batch at a time. */
  private record Way(int multiprocessors, Chunks chunks) {}

  @TestFactory
  Stream<DynamicTest> norms() {
    List<Way> ways =
        List.of(new Way(1, WHOLE), new Way(132, WHOLE), new Way(1000, new Chunks(100_000)));
    List<Shape> shapes =
        List.of(
            Shape.of(3, 4, 64, 64),
            Shape.of(3, 24, 40, 40),
            Shape.of(2, 8, 65, 63),
            Shape.of(2, 6, 32, 48),
            Shape.of(2, 64, 32, 32),
            Shape.of(5, 132, 4, 4));
    List<DynamicTest> tests = new ArrayList<>();
    for (Shape shape : shapes) {
      NormScope group = new NormScope.Group(shape.c() / 2);
      for (NormScope scope : List.of(NormScope.BATCH, NormScope.INSTANCE, NormScope.LAYER, group)) {
        for (Way way : ways) {
          // What differs by type and what differs by way have nothing to do with each other.
          boolean whole = way.chunks() == WHOLE;
          ElementType type = whole ? ElementType.F32 : ElementType.BF16;
          String name = "%s %s, %s %s".formatted(scope, shape, type, way);
          tests.add(dynamicTest(name, () -> norm(scope, shape, type, !whole, way)));
        }
      }
      Way few = ways.getFirst();
      tests.add(
          dynamicTest(
              "in registers, bf16 " + shape,
              () -> norm(NormScope.INSTANCE, shape, ElementType.BF16, false, few)));
      tests.add(
          dynamicTest(
              "conditional batch norm " + shape,
              () -> norm(NormScope.BATCH, shape, ElementType.F32, true, few)));
    }
    return tests.stream();
  }

  private void norm(NormScope scope, Shape shape, ElementType type, boolean perSample, Way way) {
    NormSpec spec = new NormSpec(scope, 1e-5f, Activation.leakyRelu(0.2f));
    Shape table = scope.tableShape(shape);
    Shape parameter = perSample ? Shape.matrix(shape.n(), shape.c()) : Shape.vector(shape.c());
    ElementType f32 = ElementType.F32;
    Random random = new Random(3);
    float[] x = KernelRig.values(shape, type, 5, random);
    float[] dy = KernelRig.values(shape, type, 0, random);
    float[] gamma = KernelRig.values(parameter, f32, 1, random);
    float[] beta = KernelRig.values(parameter, f32, 0, random);

    Norms norms = rig.norms(way.multiprocessors(), way.chunks());
    Affine affine = new Affine(rig.upload(gamma, parameter, f32), rig.upload(beta, parameter, f32));
    Moments moments = new Moments(rig.allocate(table, f32), rig.allocate(table, f32), Source.INPUT);
    Affine gradients = new Affine(rig.allocate(parameter, f32), rig.allocate(parameter, f32));
    Tensor input = rig.upload(x, shape, type);
    Tensor y = rig.allocate(shape, type);
    Tensor dx = rig.allocate(shape, type);
    norms.forward(spec, input, affine, moments, y);
    norms.backward(spec, input, rig.upload(dy, shape, type), affine, moments, dx, gradients);

    try (var _ = reference.scope()) {
      Affine affineR = new Affine(onReference(parameter, gamma), onReference(parameter, beta));
      Moments momentsR =
          new Moments(reference.allocate(table), reference.allocate(table), Source.INPUT);
      Affine gradientsR = new Affine(reference.allocate(parameter), reference.allocate(parameter));
      Tensor inputR = onReference(shape, x);
      Tensor yR = reference.allocate(shape);
      Tensor dxR = reference.allocate(shape);
      reference.normForward(spec, inputR, affineR, momentsR, yR);
      reference.normBackward(
          spec, inputR, onReference(shape, dy), affineR, momentsR, dxR, gradientsR);
      // A bf16 is off by half of its last of 8 bits.
      double stored = type == ElementType.BF16 ? 1.0 / 256 : 2e-5;
      assertClose("mean", onReference(momentsR.mean()), rig.read(moments.mean()), 1e-6);
      assertClose("variance", onReference(momentsR.variance()), rig.read(moments.variance()), 1e-5);
      assertClose("y", onReference(yR), rig.read(y), stored);
      assertClose("dx", onReference(dxR), rig.read(dx), stored);
      assertClose("dgamma", onReference(gradientsR.gamma()), rig.read(gradients.gamma()), 2e-5);
      assertClose("dbeta", onReference(gradientsR.beta()), rig.read(gradients.beta()), 2e-5);
    }
  }

  /** Every bit pattern but NaNs' comes back, and what lies between two goes to the nearer one. */
  @Test
  void bf16IsRoundedToTheNearest() {
    Shape shape = Shape.vector(1 << 16);
    float[] all = new float[shape.size()];
    float[] between = new float[shape.size()];
    float[] expected = new float[shape.size()];
    for (int i = 0; i < all.length; i++) {
      float value = Float.intBitsToFloat(i << 16);
      all[i] = Float.isNaN(value) ? 0 : value;
      between[i] = Float.intBitsToFloat(Float.floatToRawIntBits(all[i]) | i * 7919 & 0xffff);
      between[i] = Float.isNaN(between[i]) ? 0 : between[i];
      expected[i] = KernelRig.rounded(between[i]);
    }
    assertArrayEquals(all, rig.read(rig.upload(all, shape, ElementType.BF16)));
    assertArrayEquals(expected, rig.read(rig.upload(between, shape, ElementType.BF16)));
    float[] nan = {Float.NaN, Float.intBitsToFloat(0x7f80_0001)};
    float[] read = rig.read(rig.upload(nan, Shape.vector(2), ElementType.BF16));
    assertArrayEquals(new float[] {Float.NaN, Float.NaN}, read);
  }

  private Tensor onReference(Shape shape, float[] values) {
    Tensor tensor = reference.allocate(shape);
    reference.upload(values, tensor);
    return tensor;
  }

  private float[] onReference(Tensor tensor) {
    float[] values = new float[tensor.shape().size()];
    reference.read(tensor, values);
    return values;
  }

  /** Relative to the largest element. */
  private static void assertClose(String what, float[] expected, float[] actual, double relative) {
    double scale = 0;
    for (float value : expected) {
      scale = Math.max(scale, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], relative * scale, what + " at " + i);
    }
  }
}
