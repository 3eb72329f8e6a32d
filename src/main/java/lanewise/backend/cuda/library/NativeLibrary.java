package lanewise.backend.cuda.library;

import java.lang.foreign.SymbolLookup;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import lanewise.bindings.cuda.Cuda;
import lanewise.bindings.cudnn.Cudnn;

/**
 * A library that a machine must have, and how its user says where it is.
 *
 * @param file the name by which the system's loader knows it
 * @param probe a function that every version of it has
 * @param property the system property that names its file or folder
 * @param variable the environment variable that does, where the property does not
 * @param bindings jextract's class of its functions
 * @param usualFolders those that it is in where the system's loader does not find it, by the
 *     environment: from names of variables to values or null
 */
record NativeLibrary(
    String file,
    String probe,
    String property,
    String variable,
    Class<?> bindings,
    Function<UnaryOperator<String>, List<FolderPattern>> usualFolders) {

  static final NativeLibrary DRIVER =
      new NativeLibrary(
          "libcuda.so.1",
          "cuDriverGetVersion",
          "lanewise.cuda",
          "LANEWISE_CUDA",
          Cuda.class,
          _ -> UsualFolders.ofDriver());

  static final NativeLibrary CUDNN =
      new NativeLibrary(
          "libcudnn.so.9",
          "cudnnGetVersion",
          "lanewise.cudnn",
          "LANEWISE_CUDNN",
          Cudnn.class,
          UsualFolders::ofCudnn);

  private static final String ADDRESS_OF = "$address";

  /** Whether the loaded libraries have the function that every version has. */
  boolean isGenuine() {
    return SymbolLookup.loaderLookup().find(probe).isPresent();
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
