package lanewise.io.torch;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import lanewise.Printable;

/**
 * What a pickle may call by name: this list, and nothing else. None of it runs anything; most names
 * only say which of our own few constructors is meant.
 */
sealed interface Global {

  /** A function or class that makes a tensor or a container. */
  enum Constructor implements Global {
    ORDERED_DICT("collections.OrderedDict"),
    DEFAULT_DICT("collections.defaultdict"),
    COUNTER("collections.Counter"),
    SIZE("torch.Size"),
    DEVICE("torch.device"),
    REBUILD_TENSOR("torch._utils._rebuild_tensor"),
    REBUILD_TENSOR_V2("torch._utils._rebuild_tensor_v2"),
    REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
    REBUILD_PARAMETER_WITH_STATE("torch._utils._rebuild_parameter_with_state");

    private final String pythonName;

    Constructor(String pythonName) {
      this.pythonName = pythonName;
    }
  }

  /** The class of a storage, which says the type of its elements. */
  record StorageType(Dtype dtype) implements Global {}

  /** A name that stands for itself, such as {@code torch.float32}. */
  record Name(String text) implements Global {}

  /**
   * A class or function of what checkpoints hold beside their tensors: options, paths and NumPy's
   * numbers. It may be called, and what comes of that is forgotten, with its arguments and
   * attributes.
   */
  record Opaque(String text) implements Global {}

  /** By Python's name. */
  Map<String, Constructor> CONSTRUCTORS =
      Arrays.stream(Constructor.values())
          .collect(Collectors.toUnmodifiableMap(c -> c.pythonName, Function.identity()));

  /** The classes of {@code torch} and, in files from a GPU of long ago, {@code torch.cuda}. */
  Map<String, Dtype> STORAGES =
      Map.of(
          "DoubleStorage", Dtype.F64,
          "FloatStorage", Dtype.F32,
          "HalfStorage", Dtype.F16,
          "BFloat16Storage", Dtype.BF16,
          "LongStorage", Dtype.I64,
          "IntStorage", Dtype.I32,
          "ShortStorage", Dtype.I16,
          "CharStorage", Dtype.I8,
          "ByteStorage", Dtype.U8,
          "BoolStorage", Dtype.BOOL);

  Set<String> DTYPES =
      Set.of(
          "torch.float64",
          "torch.float32",
          "torch.float16",
          "torch.bfloat16",
          "torch.int64",
          "torch.int32",
          "torch.int16",
          "torch.int8",
          "torch.uint8",
          "torch.bool");

  Set<String> OPAQUE =
      Set.of(
          "argparse.Namespace",
          "pathlib.PosixPath",
          "pathlib.WindowsPath",
          "numpy.dtype",
          "numpy.ndarray",
          "numpy.core.multiarray.scalar",
          "numpy.core.multiarray._reconstruct",
          "numpy._core.multiarray.scalar",
          "numpy._core.multiarray._reconstruct",
          // By which Python 3 writes bytes for Python 2.
          "_codecs.encode",
          // Sets, and what a defaultdict makes where it has nothing; by Python 2's name, or 3's.
          "__builtin__.list",
          "__builtin__.dict",
          "__builtin__.int",
          "__builtin__.float",
          "__builtin__.set",
          "builtins.list",
          "builtins.dict",
          "builtins.int",
          "builtins.float",
          "builtins.set");

  /**
   * Finds what a name stands for.
   *
   * @throws TorchFormatException if it is not on the list
   */
  static Global of(String module, String name) throws TorchFormatException {
    String full = module + "." + name;
    if (CONSTRUCTORS.containsKey(full)) {
      return CONSTRUCTORS.get(full);
    }
    if (DTYPES.contains(full)) {
      return new Name(full);
    }
    if (OPAQUE.contains(full)) {
      return new Opaque(full);
    }
    boolean hasStorages = module.equals("torch") || module.equals("torch.cuda");
    if (hasStorages && STORAGES.containsKey(name)) {
      return new StorageType(STORAGES.get(name));
    }
    throw TorchFormatException.refused(
        ("it asks for %s, which is neither a tensor nor plain data, so nothing of it was"
                + " run: save model.state_dict() alone with torch.save, or convert it to"
                + " safetensors")
            .formatted(Printable.quoted(full)));
  }
}
