package lanewise.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import lanewise.Names;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.ConvPass;
import lanewise.backend.NormScope;
import lanewise.backend.Shape;

/**
 * What can be measured.
 *
 * @param name by which users and scripts ask for it
 * @param what it is, in words
 * @param batched whether it depends on the size of a batch
 * @param usual whether it is measured where no names are given
 */
public record Workload(
    String name,
    String what,
    boolean batched,
    boolean usual,
    BiFunction<Backend, Integer, Work> prepare) {
  /** 256 MiB, more than caches hold. */
  private static final int COPIED = 1 << 26;

  private static final int GEMM_SIZE = 1024;
  private static final int NORM_CHANNELS = 64;
  private static final int NORM_PIXELS = 32;

  private static final List<Workload> ALL = table();

  private static List<Workload> table() {
    List<Workload> table = new ArrayList<>();
    table.add(new Workload("copy", "256 MiB", false, true, (b, _) -> KernelWork.copy(b, COPIED)));
    table.add(norm("instance-norm", NormScope.INSTANCE, false));
    table.add(norm("batch-norm", NormScope.BATCH, true));
    table.add(
        new Workload(
            "gemm", "1024x1024x1024", false, true, (b, _) -> KernelWork.gemm(b, GEMM_SIZE)));
    for (ConvPass pass : ConvPass.values()) {
      table.add(convolution(pass, 3, 64, 64));
      table.add(convolution(pass, 64, 128, 32));
      table.add(convolution(pass, 128, 256, 16));
      table.add(convolution(pass, 256, 512, 8));
    }
    table.add(dcgan(32, 1));
    table.add(dcgan(64, 3));
    table.add(
        new Workload(
            "cyclegan-generator",
            "9 blocks, 256 pixels, forward and backward",
            true,
            false,
            CycleGanWork::new));
    table.add(
        new Workload(
            "stylisation",
            "fast style transfer of 256x256 pixels",
            false,
            false,
            (b, _) -> new StyleWork(b)));
    return List.copyOf(table);
  }

  private static Workload norm(String name, NormScope scope, boolean affine) {
    return new Workload(
        name,
        "64x32x32 with LeakyReLU, forward and backward",
        true,
        true,
        (b, batch) -> {
          Shape shape = Shape.of(batch, NORM_CHANNELS, NORM_PIXELS, NORM_PIXELS);
          return KernelWork.norm(b, scope, affine, shape);
        });
  }

  private static Workload convolution(ConvPass pass, int in, int out, int pixels) {
    String direction =
        switch (pass) {
          case FORWARD -> "forward";
          case BACKWARD_DATA -> "data";
          case BACKWARD_FILTER -> "filter";
        };
    return new Workload(
        "conv%d-%s".formatted(out, direction),
        "%d->%d, k4 s2, %dx%d".formatted(in, out, pixels, pixels),
        true,
        true,
        (b, batch) -> KernelWork.convolution(b, pass, Shape.of(batch, in, pixels, pixels), out));
  }

  private static Workload dcgan(int pixels, int channels) {
    return new Workload(
        "dcgan%d-step".formatted(pixels),
        "%dx%dx%d, batch norm, Adam".formatted(channels, pixels, pixels),
        true,
        true,
        (b, batch) -> new DcganWork(b, pixels, channels, batch));
  }

  /** All that there are, those that are usual first measured. */
  public static List<Workload> all() {
    return ALL;
  }

  /** The names of {@link #all}. */
  public static List<String> names() {
    return ALL.stream().map(Workload::name).toList();
  }

  /** The workload of that name. */
  public static Workload named(String name) {
    return ALL.stream()
        .filter(workload -> workload.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new UserException(Names.unknown("case", name, names())));
  }
}
