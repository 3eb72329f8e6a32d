package lanewise.report;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Makes a page that is one file and needs no network: its look, its charts and its data. */
public final class Page {
  private Page() {}

  /**
   * Fills a template: {@code {{style}}} with the look of all pages, {@code {{uPlot}}} and its like
   * with the charting library, {@code {{helpers}}} with what all scripts use, {@code {{script}}}
   * with the page's own script, {@code {{data}}} with its data.
   *
   * @param owner beside which the resources {@code name.html} and {@code name.js} lie
   * @param data for {@code JSON.parse}
   */
  public static String render(Class<?> owner, String name, Map<String, Object> data) {
    // The data comes last: what it holds is never searched for another placeholder.
    return resource(owner, name + ".html")
        .replace("{{licence of uPlot}}", resource(Page.class, "uplot/LICENSE"))
        .replace("{{style of uPlot}}", resource(Page.class, "uplot/uPlot.min.css"))
        .replace("{{uPlot}}", resource(Page.class, "uplot/uPlot.iife.min.js"))
        .replace("{{style}}", resource(Page.class, "report.css"))
        .replace("{{helpers}}", resource(Page.class, "page.js"))
        .replace("{{script}}", resource(owner, name + ".js"))
        .replace("{{data}}", json(data));
  }

  /** JSON that cannot end the script element around it. */
  private static String json(Map<String, Object> page) {
    try {
      return JSON.std.asString(page).replace("<", "\\u003c");
    } catch (IOException e) {
      throw new UncheckedIOException("maps, lists, text and numbers are always JSON", e);
    }
  }

  private static String resource(Class<?> owner, String name) {
    try (InputStream in = owner.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            "the build left out the resource %s beside %s".formatted(name, owner.getName()));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
