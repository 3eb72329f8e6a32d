package lanewise.benchmarks;

import lanewise.benchmarks.Workload.Convolution;
import lanewise.benchmarks.Workload.Pass;

/** The convolutions that are measured: where they occur and what their shapes are. */
public enum Layer {
  DCGAN64_EDGE("DCGAN-64 3->64", 64, 3, 64, 64, 4, 2, 1),
  DCGAN64_128("DCGAN-64 64->128", 64, 64, 128, 32, 4, 2, 1),
  DCGAN64_256("DCGAN-64 128->256", 64, 128, 256, 16, 4, 2, 1),
  DCGAN64_512("DCGAN-64 256->512", 64, 256, 512, 8, 4, 2, 1),
  DCGAN64_LOGIT("DCGAN-64 512->1", 64, 512, 1, 4, 4, 1, 0),
  /** The generator's first layer is the backward-data pass of this one. */
  DCGAN64_LATENT("DCGAN-64 512->100", 64, 512, 100, 4, 4, 1, 0),
  DCGAN32_EDGE("DCGAN-32 1->64", 64, 1, 64, 32, 4, 2, 1),
  K3("ResNet 128->128", 16, 128, 128, 32, 3, 1, 1),
  CYCLEGAN_BLOCK("CycleGAN 256->256", 1, 256, 256, 64, 3, 1, 1),
  CYCLEGAN_FIRST("CycleGAN 3->64", 1, 3, 64, 128, 7, 1, 3),
  CYCLEGAN_LAST("CycleGAN 64->3", 1, 64, 3, 128, 7, 1, 3),
  STYLE_FIRST("style net 3->32", 1, 3, 32, 256, 9, 1, 4),
  STYLE_LAST("style net 32->3", 1, 32, 3, 256, 9, 1, 4),
  K1("1x1 256->256", 16, 256, 256, 32, 1, 1, 0),
  ODD_7("odd 64->128", 64, 64, 128, 7, 3, 1, 1),
  ODD_17("odd 64->128", 64, 64, 128, 17, 4, 2, 1);

  private final String where;
  private final Convolution forward;

  Layer(String where, int n, int in, int out, int size, int kernel, int stride, int pad) {
    this.where = where;
    forward = new Convolution(Pass.FORWARD, n, in, out, size, kernel, stride, pad);
  }

  Convolution workload(Pass pass) {
    Convolution f = forward;
    return new Convolution(pass, f.n(), f.in(), f.out(), f.size(), f.kernel(), f.stride(), f.pad());
  }

  /** Where it occurs, its channels, kernel, stride and input. */
  String label() {
    return "%s k%d s%d, %dx%d, batch %d"
        .formatted(
            where, forward.kernel(), forward.stride(), forward.size(), forward.size(), forward.n());
  }
}
