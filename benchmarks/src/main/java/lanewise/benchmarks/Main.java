package lanewise.benchmarks;

public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws Exception {
    for (Workload w : new Workload[] {
      new Workload.Normalization(lanewise.backend.NormScope.BATCH, 16, 32, 32),
      new Workload.Normalization(lanewise.backend.NormScope.INSTANCE, 4, 32, 32), new Workload.Gemm(300, 500, 400), new Workload.CycleGanGenerator(32),
      new Workload.DcganStep(32, 1, 8)})
      for (String name : new String[] {"simd", "torch-nchw", "torch-nhwc", "onednn"}) 
        if (Implementations.named(name).supports(w))
        System.out.println(w + " " + name + " " + Correctness.check(name, w, 2));
    for (Workload.Pass pass : Workload.Pass.values()) {
      Workload w = new Workload.Convolution(pass, 64, 64, 128, 32, 4, 2, 1);
      for (String name : new String[] {"simd", "torch-nchw", "torch-nhwc", "onednn"}) {
        System.out.println(pass + " " + name + " " + Correctness.check(name, w, 2));
        for (int threads = 1; threads <= 2; threads++)
        try (Work work = Implementations.named(name).prepare(w, threads)) {
          for (int i = 0; i < 10; i++) work.run();
          long t = System.nanoTime();
          for (int i = 0; i < 10; i++) work.run();
          System.out.printf("  %d %.2f ms %.1f GFLOP/s%n", threads, (System.nanoTime() - t) / 1e7, w.flop() * 10 / (System.nanoTime() - t));
        }
      }
    }
  }
}
