package lanewise.cli;

import java.util.Arrays;
import java.util.Iterator;
import lanewise.UserException;
import lanewise.model.Norm;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The value of {@code --norm}. */
final class NormName implements ITypeConverter<Norm>, Iterable<String> {
  @Override
  public Norm convert(String value) {
    try {
      return Norm.named(value);
    } catch (UserException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  @Override
  public Iterator<String> iterator() {
    return Arrays.stream(Norm.values()).map(Norm::toString).iterator();
  }
}
