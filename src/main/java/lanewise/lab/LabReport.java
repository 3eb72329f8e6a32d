package lanewise.lab;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.jr.ob.JSON;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.evaluate.Metric;
import lanewise.io.AtomicFiles;
import lanewise.lab.Results.Band;
import lanewise.lab.Results.Ranking;
import lanewise.report.Page;

/**
 * What a lab shows of its results: {@code lab.html} with everything in one file, {@code lab.md}
 * with findings and table, {@code lab.json} for machines and for a lab that goes on.
 */
final class LabReport {
  static final String JSON_NAME = "lab.json";
  private static final String HTML_NAME = "lab.html";
  private static final String MARKDOWN_NAME = "lab.md";

  private final Path folder;
  private final Plan plan;
  private final String machine;

  /** A report in the lab's folder. */
  LabReport(Path folder, Plan plan, String machine) {
    this.folder = folder;
    this.plan = plan;
    this.machine = machine;
  }

  static Path html(Path folder) {
    return folder.resolve(HTML_NAME);
  }

  /**
   * Replaces all three files, each atomically.
   *
   * @param status {@code running}, {@code finished} or {@code stopped}
   * @throws lanewise.UserException if they cannot be written
   */
  void write(String status, Results results) {
    Map<String, Object> figures = figures(status, results);
    JSON json = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);
    replace(JSON_NAME, path -> Files.writeString(path, json.asString(figures) + "\n"));
    replace(MARKDOWN_NAME, path -> Files.writeString(path, markdown(results)));
    figures.put("grids", new LabGrids(folder, results.grid()).embedded());
    String page = Page.render(LabReport.class, "lab", figures);
    replace(HTML_NAME, path -> Files.writeString(path, page));
  }

  private void replace(String name, AtomicFiles.ContentWriter writer) {
    AtomicFiles.replaceFile(folder.resolve(name), writer);
  }

  private Map<String, Object> figures(String status, Results results) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("name", folder.toAbsolutePath().normalize().getFileName().toString());
    figures.put("status", status);
    figures.put("written", System.currentTimeMillis());
    figures.put("machine", machine);
    figures.put("plan", plan.json());
    figures.put("reference", results.reference().json());
    figures.put("findings", Findings.of(results).stream().map(Finding::json).toList());
    figures.put("metrics", results.measured().stream().map(LabReport::metric).toList());
    figures.put(
        "variants",
        results.grid().variants().stream().map(variant -> variant(results, variant)).toList());
    figures.put("cells", results.cells().stream().map(LabReport::cell).toList());
    return figures;
  }

  private static Map<String, Object> metric(Metric metric) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("key", metric.key());
    entry.put("title", metric.title());
    entry.put("best", metric.best());
    return entry;
  }

  private static Map<String, Object> variant(Results results, Variant variant) {
    Map<String, Object> estimates = new LinkedHashMap<>();
    results
        .estimates(variant)
        .forEach(
            (metric, estimate) ->
                estimates.put(metric.key(), estimate(results, variant, metric, estimate)));
    Map<String, Object> bands = new LinkedHashMap<>();
    for (Metric metric : results.measured()) {
      bands.put(metric.key(), results.band(variant, metric).stream().map(LabReport::band).toList());
    }
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", results.grid().label(variant));
    entry.put("norm", variant.norm());
    entry.put("loss", variant.loss());
    entry.put("pack", variant.pack());
    entry.put("estimates", estimates);
    entry.put("bands", bands);
    return entry;
  }

  private static Map<String, Object> estimate(
      Results results, Variant variant, Metric metric, Estimate estimate) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("mean", estimate.mean());
    if (!Double.isNaN(estimate.deviation())) {
      entry.put("deviation", estimate.deviation());
    }
    entry.put("text", estimate.toString());
    entry.put("values", results.values(variant, metric));
    entry.put("standing", standing(results, variant, metric).toString());
    return entry;
  }

  /** Of what is no quality, nothing is best. */
  private static Ranking.Standing standing(Results results, Variant variant, Metric metric) {
    return Findings.isQuality(metric)
        ? results.ranking(metric).standing(variant)
        : Ranking.Standing.EQUAL;
  }

  private static List<Number> band(Band band) {
    return List.of(band.step(), band.mean(), band.lowest(), band.highest());
  }

  private static Map<String, Object> cell(CellResult result) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", result.cell().name());
    entry.put("seed", result.cell().seed());
    entry.put("state", result.state().toString());
    entry.put("step", result.step());
    entry.put("seconds", result.seconds());
    if (!result.reason().isEmpty()) {
      entry.put("reason", result.reason());
    }
    Map<String, Object> scores = new LinkedHashMap<>();
    result.scores().forEach((metric, value) -> scores.put(metric.key(), value));
    entry.put("scores", scores);
    return entry;
  }

  private String markdown(Results results) {
    List<String> lines = new ArrayList<>();
    lines.add("# " + folder.toAbsolutePath().normalize().getFileName());
    lines.add("");
    lines.add("%s. %s.".formatted(plan.budget(), machine));
    lines.add("");
    Findings.of(results).forEach(f -> lines.add("- **%s**: %s".formatted(f.topic(), f.text())));
    if (!results.metrics().isEmpty()) {
      lines.add("");
      lines.addAll(table(results));
    }
    return String.join("\n", lines) + "\n";
  }

  /** A metric a row, a variant a column; the best ones bold. */
  private static List<String> table(Results results) {
    List<Variant> variants = results.grid().variants();
    boolean real = !results.reference().heldOut().isEmpty();
    List<String> header = new ArrayList<>(List.of("metric", "best"));
    variants.forEach(variant -> header.add(results.grid().label(variant)));
    if (real) {
      header.add("held-out real samples");
    }
    List<String> rows = new ArrayList<>();
    rows.add(row(header));
    rows.add(row(header.stream().map(_ -> "---").toList()));
    for (Metric metric : results.metrics()) {
      List<String> row = new ArrayList<>(List.of(metric.title(), metric.best()));
      for (Variant variant : variants) {
        Estimate estimate = results.estimates(variant).get(metric);
        row.add(estimate == null ? "" : marked(estimate, standing(results, variant, metric)));
      }
      if (real) {
        Double value = results.reference().heldOut().get(metric);
        row.add(value == null ? "" : Estimate.number(value));
      }
      rows.add(row(row));
    }
    return rows;
  }

  private static String marked(Estimate estimate, Ranking.Standing standing) {
    return standing == Ranking.Standing.BEST ? "**" + estimate + "**" : estimate.toString();
  }

  private static String row(List<String> cells) {
    return cells.stream().collect(joining(" | ", "| ", " |"));
  }
}
