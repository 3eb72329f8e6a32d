package lanewise.benchmarks.compare;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.w3c.dom.Document;

/** The ratios as bars, with a line at 1. */
final class RatioChart {
  private static final int WIDTH = 1100;
  private static final int FRAME = 170;
  private static final int BAR = 34;
  private static final int FONT = 11;

  /** Of coordinates: XChart draws text as outlines, which make up nearly all of the file. */
  private static final int DECIMALS = 1;

  private RatioChart() {}

  static void write(Path file, List<Result> results) throws IOException {
    int height = FRAME + BAR * results.size();
    HorizontalBarChart chart =
        new HorizontalBarChartBuilder()
            .width(WIDTH)
            .height(height)
            .title("Time of the other over Lanewise's: right of the line, Lanewise is faster")
            .xAxisTitle("ratio")
            .build();
    chart.getStyler().setAvailableSpaceFill(0.8);
    chart.getStyler().setLabelsVisible(true);
    chart.getStyler().setDecimalPattern("0.00");
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setPlotBorderVisible(false);
    chart.getStyler().setXAxisMin(0.0);
    // Labels all cases: XChart asks the x axis's hint for the upright axis as well.
    chart.getStyler().setXAxisTickMarkSpacingHint(BAR - 4);
    chart.getStyler().setPlotContentSize(0.98);
    chart.getStyler().setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT));
    add(chart, "PyTorch, faster layout", results, Result::torch, new Color(0x3B76C4));
    add(chart, "oneDNN", results, Result::oneDnn, new Color(0xE6A23C));
    chart.addAnnotation(new AnnotationLine(1, true, false));

    SVGGeneratorContext context = SVGGeneratorContext.createDefault(emptyDocument());
    context.setPrecision(DECIMALS);
    SVGGraphics2D svg = new SVGGraphics2D(context, false);
    svg.setSVGCanvasSize(new Dimension(WIDTH, height));
    chart.paint(svg, WIDTH, height);
    try (Writer writer = Files.newBufferedWriter(file)) {
      svg.stream(writer, true);
    }
  }

  private static Document emptyDocument() {
    try {
      return DocumentBuilderFactory.newNSInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument(SVGGraphics2D.SVG_NAMESPACE_URI, "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("The JDK has no XML parser", e);
    }
  }

  private static void add(
      HorizontalBarChart chart,
      String name,
      List<Result> results,
      Function<Result, Optional<Timing>> peer,
      Color color) {
    // NaN draws nothing.
    List<Double> ratios =
        results.stream().map(r -> r.ratio(peer.apply(r)).orElse(Double.NaN)).toList();
    chart
        .addSeries(name, ratios, results.stream().map(MarkdownReport::label).toList())
        .setFillColor(color);
  }
}
