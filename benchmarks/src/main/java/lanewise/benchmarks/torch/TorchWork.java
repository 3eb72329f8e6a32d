package lanewise.benchmarks.torch;

import java.util.ArrayList;
import java.util.List;
import lanewise.benchmarks.Work;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** Work that keeps tensors between runs and frees all others after each. */
abstract class TorchWork implements Work {
  final Tensors tensors;
  private final List<Pointer> owned = new ArrayList<>();
  private List<Tensor> results = List.of();

  TorchWork(Tensors tensors) {
    this.tensors = tensors;
  }

  /** Keeps {@code pointer} until this work is closed. */
  final <P extends Pointer> P own(P pointer) {
    pointer.retainReference();
    owned.add(pointer);
    return pointer;
  }

  /** Computes; what it returns is kept until the next run. */
  abstract List<Tensor> compute();

  @Override
  public final void run() {
    release(results);
    try (PointerScope _ = new PointerScope()) {
      // Handles of their own: those of a tuple or vector end with it.
      results = compute().stream().map(t -> new Tensor(t).<Tensor>retainReference()).toList();
    }
  }

  @Override
  public final List<float[]> results() {
    return results.stream().map(Tensors::read).toList();
  }

  @Override
  public String configuration() {
    return tensors.format() == MemoryFormat.ChannelsLast ? "channels_last" : "NCHW";
  }

  private static void release(List<? extends Pointer> pointers) {
    pointers.forEach(Pointer::releaseReference);
  }

  @Override
  public void close() {
    release(results);
    results = List.of();
    release(owned);
    owned.clear();
  }
}
