package lanewise.data;

import java.util.Arrays;
import java.util.Locale;
import lanewise.UserException;

/** Some samples of a data set, in an order of their own. */
public final class Subset implements Dataset {
  private final String name;
  private final Dataset data;
  private final int[] indices;

  private Subset(String name, Dataset data, int[] indices) {
    this.name = name;
    this.data = data;
    this.indices = indices;
  }

  /**
   * A data set in two parts that share no sample.
   *
   * @param kept to train with
   * @param heldOut to test with
   */
  public record Split(Dataset kept, Dataset heldOut) {}

  /** A random order's first samples, all of them if there are no more. */
  public static Subset random(Dataset data, int count, long seed) {
    int size = Math.min(count, data.size());
    return part(data, shuffled(data.size(), seed), 0, size, "random");
  }

  /**
   * Holds out one random sample in so many, at least one.
   *
   * @param parts at least 2
   * @throws UserException if there are fewer samples than parts
   */
  public static Split holdOut(Dataset data, int parts, long seed) {
    if (parts > data.size()) {
      throw new UserException(
          "%s is too little to hold out one sample in %d: give more".formatted(data.name(), parts));
    }
    int[] order = shuffled(data.size(), seed);
    int cut = order.length / parts;
    return new Split(
        part(data, order, cut, order.length, "kept"), part(data, order, 0, cut, "held out"));
  }

  private static Subset part(Dataset data, int[] order, int from, int to, String which) {
    String name = String.format(Locale.ROOT, "%,d %s of %s", to - from, which, data.name());
    return new Subset(name, data, Arrays.copyOfRange(order, from, to));
  }

  private static int[] shuffled(int size, long seed) {
    int[] order = new int[size];
    BatchOrder.permute(order, seed);
    return order;
  }

  /** The number that a sample has in the data that this is a part of. */
  public int original(int index) {
    return indices[index];
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public int channels() {
    return data.channels();
  }

  @Override
  public int height() {
    return data.height();
  }

  @Override
  public int width() {
    return data.width();
  }

  @Override
  public void read(int index, float[] target, int offset) {
    data.read(indices[index], target, offset);
  }

  @Override
  public int classes() {
    return data.classes();
  }

  @Override
  public int label(int index) {
    return data.label(indices[index]);
  }
}
