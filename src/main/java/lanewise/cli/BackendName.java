package lanewise.cli;

import java.util.Iterator;
import java.util.List;
import lanewise.Names;
import lanewise.backend.Backends;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The value of {@code --backend}: one that is installed, whether it can run here or not. */
final class BackendName implements ITypeConverter<String>, Iterable<String> {
  @Override
  public String convert(String value) {
    List<String> known = Backends.names();
    if (!known.contains(value)) {
      throw new TypeConversionException(Names.unknown("backend", value, known));
    }
    return value;
  }

  @Override
  public Iterator<String> iterator() {
    return Backends.names().iterator();
  }
}
