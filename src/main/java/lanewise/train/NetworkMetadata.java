package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the file of a network's weights says of it, beside their names and dimensions. */
public final class NetworkMetadata {
  /** Which network of its training it is. */
  public static final String NETWORK = "lanewise.network";

  public static final String ARCHITECTURE = "lanewise.architecture";

  /** What can be chosen about the architecture, as JSON. */
  public static final String SPEC = "lanewise.spec";

  private NetworkMetadata() {}

  /** The entries for an architecture of that name. */
  public static Map<String, String> of(String architecture, Record spec) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(ARCHITECTURE, architecture);
    try {
      metadata.put(SPEC, JSON.std.asString(spec));
    } catch (IOException e) {
      throw new UncheckedIOException("a record of numbers and names is always JSON", e);
    }
    return metadata;
  }
}
