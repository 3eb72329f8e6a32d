package lanewise.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import lanewise.backend.cuda.driver.Device;
import lanewise.backend.cuda.driver.Launcher;
import lanewise.backend.cuda.driver.Module;
import lanewise.backend.cuda.driver.Stream;
import lanewise.backend.cuda.driver.Workspace;

/** The kernels of {@code native/kernels.cu} on one stream, by families. */
final class Kernels implements AutoCloseable {
  private static final String PTX = "kernels.ptx";

  private final Module module;
  private final Launcher launcher;
  private final Pointwise pointwise;
  private final Reduction reduction;
  private final Permutation permutation;
  private final Gemm gemm;
  private final Resampling resampling;
  private final Channels channels;
  private final MaxPooling maxPooling;
  private final Dropout dropout;
  private final Adam adam;
  private final Norms norms;

  private Kernels(Module module, Launcher launcher, Device device, Workspace workspace) {
    this.module = module;
    this.launcher = launcher;
    Call call = new Call(launcher, device.multiprocessors());
    pointwise = new Pointwise(module, call);
    reduction = new Reduction(module, call, pointwise, workspace);
    permutation = new Permutation(module, call, pointwise);
    gemm = new Gemm(module, call, reduction, workspace);
    resampling = new Resampling(module, call);
    channels = new Channels(module, call);
    maxPooling = new MaxPooling(module, call);
    dropout = new Dropout(module, call);
    adam = new Adam(module, call);
    norms = new Norms(module, call, Chunks.of(device), workspace);
  }

  /** Loads the kernels; the driver compiles them for its device, or finds them in its cache. */
  static Kernels load(Stream stream, Workspace workspace) {
    Module module = Module.load(stream.context(), ptx());
    try {
      Launcher launcher = new Launcher(stream);
      try {
        return new Kernels(module, launcher, stream.context().device(), workspace);
      } catch (RuntimeException e) {
        launcher.close();
        throw e;
      }
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  private static byte[] ptx() {
    try (InputStream resource = Kernels.class.getResourceAsStream(PTX)) {
      return resource.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Pointwise pointwise() {
    return pointwise;
  }

  Reduction reduction() {
    return reduction;
  }

  Permutation permutation() {
    return permutation;
  }

  Gemm gemm() {
    return gemm;
  }

  Resampling resampling() {
    return resampling;
  }

  Channels channels() {
    return channels;
  }

  MaxPooling maxPooling() {
    return maxPooling;
  }

  Dropout dropout() {
    return dropout;
  }

  Adam adam() {
    return adam;
  }

  Norms norms() {
    return norms;
  }

  @Override
  public void close() {
    launcher.close();
    module.close();
  }
}
