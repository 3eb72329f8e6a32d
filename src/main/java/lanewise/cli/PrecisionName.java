package lanewise.cli;

import java.util.Iterator;
import lanewise.UserException;
import lanewise.backend.Precision;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The value of {@code --precision}. */
final class PrecisionName implements ITypeConverter<Precision>, Iterable<String> {
  @Override
  public Precision convert(String value) {
    try {
      return Precision.named(value);
    } catch (UserException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  @Override
  public Iterator<String> iterator() {
    return Precision.names().iterator();
  }
}
