package lanewise.backend.cuda.library;

import java.nio.file.Path;
import java.util.List;

/** What became of a library. */
sealed interface Loading {

  /** It is in the process, for the class loader of the bindings. */
  record Loaded(Path file) implements Loading {}

  /**
   * It is in none of the places.
   *
   * @param places everywhere that was looked in
   */
  record NotFound(List<String> places) implements Loading {}

  /** It is not where the user says that it is: in {@code path}, which {@code setting} names. */
  record NotThere(String setting, String path) implements Loading {}

  /** The loader refuses the file, for a reason that is its own words. */
  record Refused(Path file, String reason) implements Loading {}
}
