package lanewise.io.torch;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipException;

/**
 * Reads state dicts that PyTorch's {@code torch.save} wrote: {@code .pth} and {@code .pt}, in the
 * zip format of PyTorch 1.6 and later and the format before.
 *
 * <p>Such a file is a pickle, a program that Python would run. Here a machine of our own reads it
 * that knows tensors, numbers, texts and containers ({@code Unpickler}), and passes over options
 * and NumPy's numbers beside them; a file that asks for anything else, be it a whole pickled model,
 * is refused and nothing of it is run. Time and memory are in proportion to the size of the file.
 *
 * <p>A state dict may lie in a dict of other things, as in {@code {"epoch": 3, "state_dict":
 * {...}}}: the one nearest to the top is read. If all its names begin with {@code module.}, which
 * {@code torch.nn.DataParallel} puts there, they lose it.
 */
public final class TorchFile {
  /** The option of a command that passes on a key; named in messages. */
  public static final String KEY_OPTION = "--state-dict";

  private static final String DATA_PARALLEL = "module.";

  /** Of what storages hold, so much may be read again for other tensors that share them. */
  private static final int MAX_SHARING = 16;

  /** So many elements more may be read, for small storages that are expanded. */
  private static final long EXPANDED_ELEMENTS = 1 << 20;

  private static final int CHUNK_BYTES = 1 << 16;

  private TorchFile() {}

  /** Whether a file with these first bytes (8 or more) is one to read here. */
  public static boolean isRecognised(byte[] firstBytes) {
    return isZip(firstBytes)
        || (firstBytes.length > 1
            && firstBytes[0] == (byte) 0x80
            && firstBytes[1] >= 2
            && firstBytes[1] <= 5);
  }

  private static boolean isZip(byte[] firstBytes) {
    return firstBytes.length >= 4
        && firstBytes[0] == 'P'
        && firstBytes[1] == 'K'
        && firstBytes[2] == 3
        && firstBytes[3] == 4;
  }

  /**
   * Reads the only state dict of a file, in its order.
   *
   * @throws IOException if the file cannot be read, is damaged, asks for what is not allowed, or
   *     has no or several state dicts; the message is one line, and lists these
   */
  public static List<TorchTensor> read(Path file) throws IOException {
    return read(file, StateDictSearch::only);
  }

  /**
   * Reads one of several state dicts.
   *
   * @param key its key in the file, or several joined by dots, such as {@code checkpoint.generator}
   * @throws IOException as {@link #read(Path)}, or if there is no state dict of this key
   */
  public static List<TorchTensor> read(Path file, String key) throws IOException {
    return read(file, saved -> StateDictSearch.at(saved, key));
  }

  @FunctionalInterface
  private interface Choice {
    Map<String, TensorView> of(Object saved) throws TorchFormatException;
  }

  private static List<TorchTensor> read(Path file, Choice stateDict) throws IOException {
    try (Container container = open(file)) {
      return read(container, Files.size(file), stateDict.of(container.unpickle()));
    } catch (EOFException | ZipException e) {
      throw TorchFormatException.damaged("its zip archive is broken");
    }
  }

  private static Container open(Path file) throws IOException {
    byte[] first;
    try (InputStream in = Files.newInputStream(file)) {
      first = in.readNBytes(8);
    }
    if (!isRecognised(first)) {
      throw TorchFormatException.damaged("it begins like neither a zip archive nor a pickle");
    }
    return isZip(first) ? ZipContainer.open(file) : LegacyContainer.open(file);
  }

  private static List<TorchTensor> read(
      Container container, long fileBytes, Map<String, TensorView> stateDict) throws IOException {
    check(container, fileBytes, Set.copyOf(stateDict.values()));
    boolean parallel = stateDict.keySet().stream().allMatch(n -> n.startsWith(DATA_PARALLEL));
    List<TorchTensor> tensors = new ArrayList<>();
    Map<TensorView, float[]> tied = new HashMap<>();
    for (Map.Entry<String, TensorView> entry : stateDict.entrySet()) {
      TensorView view = entry.getValue();
      float[] values = tied.get(view);
      if (values == null) {
        values = view.rowMajor(span(container, view));
        tied.put(view, values);
      }
      String name = entry.getKey();
      tensors.add(
          new TorchTensor(
              parallel ? name.substring(DATA_PARALLEL.length()) : name,
              view.storage().dtype(),
              view.size().stream().mapToLong(Long::longValue).toArray(),
              values));
    }
    return tensors;
  }

  /** Before anything is allocated: that storages are there, and that little is read twice. */
  private static void check(Container container, long fileBytes, Set<TensorView> views)
      throws IOException {
    Set<Storage> storages = new HashSet<>();
    long stored = 0;
    long storedBytes = 0;
    long shown = 0;
    for (TensorView view : views) {
      if (storages.add(view.storage())) {
        container.check(view.storage());
        stored += view.storage().elements();
        storedBytes += view.storage().bytes();
      }
      shown += Math.max(view.elements(), view.span());
      if (storedBytes > fileBytes || shown < 0) {
        throw TorchFormatException.damaged("its storages overlap");
      }
    }
    if (shown > MAX_SHARING * stored + EXPANDED_ELEMENTS) {
      throw TorchFormatException.refused(
          ("its tensors show each element of its storages more than %d times: save"
                  + " contiguous copies of them")
              .formatted(MAX_SHARING));
    }
  }

  private static float[] span(Container container, TensorView view) throws IOException {
    if (view.span() > Integer.MAX_VALUE - 8) {
      throw TorchFormatException.refused(
          "a tensor of shape %s is spread over more elements than one array can hold: save a"
                  .formatted(view.size())
              + " contiguous copy of it");
    }
    float[] values = new float[(int) view.span()];
    Dtype dtype = view.storage().dtype();
    try (InputStream in = container.open(view.storage(), view.offset() * dtype.bytes())) {
      byte[] chunk = new byte[CHUNK_BYTES];
      ByteBuffer bytes = ByteBuffer.wrap(chunk).order(container.byteOrder());
      for (int done = 0; done < values.length; ) {
        int count = Math.min(values.length - done, CHUNK_BYTES / dtype.bytes());
        if (in.readNBytes(chunk, 0, count * dtype.bytes()) < count * dtype.bytes()) {
          throw TorchFormatException.damaged("it ends inside of a storage");
        }
        dtype.read(bytes.clear(), values, done, count);
        done += count;
      }
    }
    return values;
  }
}
