package lanewise.onnx;

import java.util.List;
import java.util.stream.IntStream;
import lanewise.Printable;
import lanewise.onnx.HostTensor.Kind;

/**
 * An input or output of a model.
 *
 * @param sizes of its axes, each a number, or a word or {@code ?} where any size will do; null if
 *     the model leaves open even how many axes there are
 */
public record Port(String name, Kind kind, List<String> sizes) {

  /** Whether a tensor of these sizes is what the model declares. */
  public boolean fits(int... dims) {
    return sizes == null
        || sizes.size() == dims.length
            && IntStream.range(0, dims.length).allMatch(i -> fits(sizes.get(i), dims[i]));
  }

  private static boolean fits(String size, int dim) {
    return !Character.isDigit(size.charAt(0)) || size.equals(Integer.toString(dim));
  }

  /** The sizes in words: {@code 1 x 3 x H x W}. */
  public String shape() {
    if (sizes == null) {
      return "any shape";
    }
    return sizes.isEmpty() ? "scalar" : Printable.text(String.join(" x ", sizes));
  }

  @Override
  public String toString() {
    return "%s: %s, %s".formatted(Printable.quoted(name), kind, shape());
  }
}
