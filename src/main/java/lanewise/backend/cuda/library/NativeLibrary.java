package lanewise.backend.cuda.library;

import java.lang.foreign.SymbolLookup;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import lanewise.bindings.cuda.Cuda;
import lanewise.bindings.cudnn.Cudnn;

/** A library of NVIDIA's that a machine must have, and how its user says where it is. */
enum NativeLibrary {
  DRIVER("libcuda.so.1", "cuInit", "lanewise.cuda", "LANEWISE_CUDA", Cuda.class),
  CUDNN("libcudnn.so.9", "cudnnGetVersion", "lanewise.cudnn", "LANEWISE_CUDNN", Cudnn.class);

  private static final String ADDRESS_OF = "$address";

  private final String file;
  private final String probe;
  private final String property;
  private final String variable;
  private final Class<?> bindings;

  NativeLibrary(String file, String probe, String property, String variable, Class<?> bindings) {
    this.file = file;
    this.probe = probe;
    this.property = property;
    this.variable = variable;
    this.bindings = bindings;
  }

  /** The name by which the system's loader knows it. */
  String file() {
    return file;
  }

  /** A function that every version of it has. */
  String probe() {
    return probe;
  }

  /** The system property that names its file or folder. */
  String property() {
    return property;
  }

  /** The environment variable that names its file or folder, where the property does not. */
  String variable() {
    return variable;
  }

  /** Folders that it is usually in where the system's loader does not find it. */
  List<FolderPattern> usualFolders(UnaryOperator<String> environment) {
    return switch (this) {
      case DRIVER -> UsualFolders.ofDriver();
      case CUDNN -> UsualFolders.ofCudnn(environment);
    };
  }

  /** The functions that the backend calls and no loaded library has. */
  List<String> missingFunctions() {
    SymbolLookup loaded = SymbolLookup.loaderLookup();
    return functions().filter(name -> loaded.find(name).isEmpty()).toList();
  }

  /** All functions of the bindings: jextract gives each a method for its address. */
  private Stream<String> functions() {
    return Stream.of(bindings.getMethods())
        .map(Method::getName)
        .filter(name -> name.endsWith(ADDRESS_OF))
        .map(name -> name.substring(0, name.length() - ADDRESS_OF.length()))
        .sorted();
  }
}
