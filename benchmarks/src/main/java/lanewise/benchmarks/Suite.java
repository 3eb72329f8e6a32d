package lanewise.benchmarks;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import lanewise.backend.NormScope;
import lanewise.benchmarks.Workload.CycleGanGenerator;
import lanewise.benchmarks.Workload.DcganStep;
import lanewise.benchmarks.Workload.Gemm;
import lanewise.benchmarks.Workload.Normalization;
import lanewise.benchmarks.Workload.Pass;

/** Everything that is measured. */
public final class Suite {

  /**
   * A workload with its place in the report.
   *
   * @param group the heading it stands under
   * @param quick whether {@code compare --quick} measures it
   * @param singleThreaded whether it is also measured with one thread
   */
  public record Case(
      String group, String name, Workload workload, boolean quick, boolean singleThreaded) {}

  /** Whole training steps, and a generator forward and backward. */
  public enum Step {
    DCGAN64_BATCH64("DCGAN-64 training step, batch 64", new DcganStep(64, 3, 64)),
    DCGAN64_BATCH16("DCGAN-64 training step, batch 16", new DcganStep(64, 3, 16)),
    DCGAN64_BATCH1("DCGAN-64 training step, batch 1", new DcganStep(64, 3, 1)),
    DCGAN32_BATCH64("DCGAN-32 training step, 1 channel, batch 64", new DcganStep(32, 1, 64)),
    DCGAN32_BATCH16("DCGAN-32 training step, 1 channel, batch 16", new DcganStep(32, 1, 16)),
    DCGAN32_BATCH1("DCGAN-32 training step, 1 channel, batch 1", new DcganStep(32, 1, 1)),
    CYCLEGAN_128("CycleGAN generator forward + backward, 128 px", new CycleGanGenerator(128)),
    CYCLEGAN_256("CycleGAN generator forward + backward, 256 px", new CycleGanGenerator(256));

    final String label;
    final Workload workload;

    Step(String label, Workload workload) {
      this.label = label;
      this.workload = workload;
    }
  }

  /** Normalisations with LeakyReLU, forward and backward. */
  public enum Norm {
    BATCH_32(NormScope.BATCH, 64, 64, 32),
    BATCH_16(NormScope.BATCH, 64, 128, 16),
    BATCH_128(NormScope.BATCH, 8, 64, 128),
    BATCH_512(NormScope.BATCH, 1, 3, 512),
    INSTANCE_32(NormScope.INSTANCE, 64, 64, 32),
    INSTANCE_16(NormScope.INSTANCE, 64, 128, 16),
    INSTANCE_128(NormScope.INSTANCE, 8, 64, 128),
    INSTANCE_512(NormScope.INSTANCE, 1, 3, 512);

    final String label;
    final Normalization workload;

    Norm(NormScope scope, int n, int c, int size) {
      workload = new Normalization(scope, n, c, size);
      label =
          "%s norm + LeakyReLU, %s"
              .formatted(scope instanceof NormScope.Batch ? "batch" : "instance", workload.x());
    }
  }

  /** Products of matrices: square and tall-skinny. */
  public enum Product {
    SQUARE_512(512, 512, 512),
    SQUARE_1024(1024, 1024, 1024),
    TALL(65536, 64, 64),
    DEEP(64, 64, 65536),
    NARROW(4096, 64, 1024);

    final String label;
    final Gemm workload;

    Product(int m, int n, int k) {
      workload = new Gemm(m, n, k);
      label = "%d x %d times %d x %d".formatted(m, k, k, n);
    }
  }

  /** Layers that are compared with one thread as well. */
  private static final Set<Layer> SINGLE_THREADED =
      EnumSet.of(
          Layer.DCGAN64_EDGE, Layer.DCGAN64_128, Layer.DCGAN64_256, Layer.DCGAN64_512, Layer.K3);

  private static final Set<Step> QUICK_STEPS =
      EnumSet.of(Step.DCGAN64_BATCH16, Step.DCGAN32_BATCH64, Step.CYCLEGAN_128);
  private static final Set<Norm> QUICK_NORMS = EnumSet.of(Norm.BATCH_32, Norm.INSTANCE_32);

  private Suite() {}

  /** All cases, whole steps first. */
  public static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Step s : Step.values()) {
      boolean single = s == Step.DCGAN64_BATCH64;
      cases.add(new Case("Whole steps", s.label, s.workload, QUICK_STEPS.contains(s), single));
    }
    for (Layer layer : Layer.values()) {
      boolean single = SINGLE_THREADED.contains(layer);
      for (Pass pass : Pass.values()) {
        boolean quick = layer == Layer.DCGAN64_128 || single && pass == Pass.FORWARD;
        String name = layer.label() + ", " + pass.label();
        cases.add(new Case("Convolutions", name, layer.workload(pass), quick, single));
      }
    }
    for (Norm n : Norm.values()) {
      String group = "Normalisations, forward + backward";
      cases.add(new Case(group, n.label, n.workload, QUICK_NORMS.contains(n), false));
    }
    for (Product p : Product.values()) {
      boolean square = p == Product.SQUARE_512;
      cases.add(new Case("Matrix products", p.label, p.workload, square, square));
    }
    return cases;
  }
}
