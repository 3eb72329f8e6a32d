package lanewise.reference;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanewise.nn.Statistics;

/**
 * A network as {@code arch.json} describes it, beside its {@code weights.safetensors}.
 *
 * @param layers from the first to the last, each an operation with its attributes
 */
record ReferenceModel(Path folder, List<Layer> layers, List<Case> cases) {
  private static final String PLACE = "LANEWISE_REFERENCE_MODELS";

  /** The attributes of an operation; those that are missing have PyTorch's defaults. */
  record Layer(Map<String, Object> attributes) {

    String op() {
      return text("op");
    }

    boolean has(String attribute) {
      return attributes.containsKey(attribute);
    }

    String text(String attribute) {
      return (String) attributes.get(attribute);
    }

    float number(String attribute) {
      return ((Number) attributes.get(attribute)).floatValue();
    }

    int integer(String attribute, int otherwise) {
      return ((Number) attributes.getOrDefault(attribute, otherwise)).intValue();
    }
  }

  /**
   * One recorded result.
   *
   * @param statistics that batch norms use
   * @param floatError by how much PyTorch's result in float32 differs at most from that in float64
   */
  record Case(
      ReferenceModel model, String input, String output, Statistics statistics, double floatError) {

    @Override
    public String toString() {
      return model.folder.getFileName() + " " + output;
    }
  }

  /** All there are; none where nobody said where they lie. */
  static List<ReferenceModel> all() {
    String place = System.getProperty("lanewise.reference-models", System.getenv(PLACE));
    if (place == null) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(Path.of(place))) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("arch.json")))
          .sorted()
          .map(ReferenceModel::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ReferenceModel read(Path folder) {
    try {
      Map<String, Object> fields = JSON.std.mapFrom(Files.readString(folder.resolve("arch.json")));
      List<Case> cases = new ArrayList<>();
      ReferenceModel model = new ReferenceModel(folder, layers(fields), cases);
      for (Object json : (List<?>) fields.get("cases")) {
        Map<?, ?> one = (Map<?, ?>) json;
        cases.add(
            new Case(
                model,
                (String) one.get("input"),
                (String) one.get("output"),
                one.get("bn_mode").equals("batch") ? Statistics.INPUT : Statistics.RUNNING,
                ((Number) one.get("torch_f32_vs_f64_max_abs")).doubleValue()));
      }
      return model;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Layer> layers(Map<String, Object> fields) {
    List<Layer> layers = new ArrayList<>();
    for (Object json : (List<?>) fields.get("layers")) {
      @SuppressWarnings("unchecked") // JSON's objects have names for keys
      Map<String, Object> attributes = (Map<String, Object>) json;
      layers.add(new Layer(attributes));
    }
    return layers;
  }
}
