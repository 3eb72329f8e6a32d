package lanewise.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import lanewise.UserException;
import lanewise.io.Images;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @TempDir Path run;

  @BeforeEach
  void startRun() throws IOException {
    options("{\"norm\":\"batch\",\"totalSteps\":100}");
    Files.createDirectories(run.resolve("samples"));
  }

  @Test
  void pageHoldsEverythingItNeeds() throws IOException {
    metrics(line(1, 0.7));
    sample(1, new byte[] {1, 2, 3});
    String html = write();
    assertFalse(html.contains("{{"), "a placeholder was not filled");
    assertTrue(html.contains("var uPlot="), "uPlot is not in the page");
    assertTrue(html.contains("Permission is hereby granted"), "uPlot's licence is not in the page");
    String markup = html.replaceAll("(?s)<script.*?</script>|<style.*?</style>|<!--.*?-->", "");
    List<String> links =
        Pattern.compile("(?:src|href)=\"([^\"]*)\"")
            .matcher(markup)
            .results()
            .map(match -> match.group(1))
            .toList();
    assertEquals(List.of("data:,"), links, "the page loads from elsewhere");
  }

  @Test
  void runThatHasJustBegun() throws IOException {
    Map<String, Object> page = page();
    assertEquals("running", page.get("status"));
    assertEquals(List.of(), page.get("samples"));
    assertEquals(Map.of("step", List.of()), page.get("curves"));
    assertEquals(run.getFileName().toString(), page.get("name"));
  }

  @Test
  void optionsAreTablesByTheirGroups() throws IOException {
    options(
        """
        {"preset":"dcgan","none":null,"file":"","model":{"norm":"batch","pack":{"size":2}},
         "optimizer":{"lr":2.0E-4,"ema":0.0,"batch":64},"machine":{"cpu":"Zen 4","threads":2},
         "dataset":"digits","commands":["train","train --resume run"],"status":"finished"}
        """);
    Map<String, Object> page = page();
    assertEquals(
        Map.of(
            "", Map.of("preset", "dcgan", "none", "–", "file", "–"),
            "model", Map.of("norm", "batch", "pack.size", "2"),
            "optimizer", Map.of("lr", "0.0002", "ema", "0", "batch", "64")),
        page.get("options"));
    assertEquals("finished", page.get("status"));
    assertEquals("Zen 4 · 2", page.get("machine"));
    assertEquals("digits", page.get("dataset"));
    assertEquals(List.of("train", "train --resume run"), page.get("commands"));
  }

  @Test
  void optionsCannotEndTheScript() throws IOException {
    options("{\"data\":\"</script><script>alert(1)</script><!-- {{script}} {{data}}\"}");
    String html = write();
    assertFalse(html.contains("alert(1)</script>"), "the options broke out of their element");
    assertEquals(
        Map.of("", Map.of("data", "</script><script>alert(1)</script><!-- {{script}} {{data}}")),
        data(html).get("options"));
  }

  @Test
  void everyFiniteNumberBecomesACurve() throws IOException {
    metrics(
        "{\"step\":1,\"epoch\":1,\"ms\":80.5,\"loss_d\":0.5,\"fid\":30,\"note\":[1,{\"a\":2}]}",
        "{\"step\":2,\"epoch\":1,\"ms\":81.5,\"loss_d\":NaN,\"is\":2.25}");
    Map<String, Object> page = page();
    assertEquals(
        Map.of(
            "step", List.of(1, 2),
            "loss_d", Map.of("mean", listOf(0.5, null)),
            "fid", Map.of("mean", listOf(30.0, null)),
            "is", Map.of("mean", listOf(null, 2.25))),
        page.get("curves"));
    assertEquals(Map.of("step", 2.0, "epoch", 1.0, "ms", 81.5, "is", 2.25), page.get("latest"));
    assertEquals(0, page.get("unreadableLines"));
  }

  @Test
  void whatIsMeasuredNowAndThenHasStepsOfItsOwn() throws IOException {
    metrics(
        LongStream.rangeClosed(1, 100)
            .mapToObj(
                step ->
                    step % 25 == 0
                        ? "{\"step\":%d,\"loss_d\":0.5,\"modes\":%d}".formatted(step, step / 25)
                        : line(step, 0.5))
            .toArray(String[]::new));
    Map<String, Object> curves = curves(page());
    assertEquals(
        Map.of("step", List.of(25, 50, 75, 100), "mean", List.of(1.0, 2.0, 3.0, 4.0)),
        curves.get("modes"));
    assertEquals(100, values(page(), "loss_d", "mean").size());
  }

  @Test
  void findingsComeWithTheirStep() throws IOException {
    metrics(
        line(1, 0.5),
        "{\"step\":2,\"diagnosis\":[{\"step\":2,\"kind\":\"collapse\",\"message\":\"alike\",\"advice\":\"try"
            + " --pack 2\"},{\"kind\":\"winner\",\"more\":{\"a\":[1]}}],\"loss_d\":0.25}",
        "{\"step\":3,\"diagnosis\":null}",
        "{\"step\":4,\"diagnosis\":[],\"loss_d\":0.75}");
    Map<String, Object> page = page();
    assertEquals(
        List.of(
            Map.of("step", 2, "kind", "collapse", "message", "alike", "advice", "try --pack 2"),
            Map.of("step", 2, "kind", "winner")),
        page.get("findings"));
    assertEquals(0, page.get("unreadableLines"));
    assertEquals(listOf(0.5, 0.25, null, 0.75), values(page, "loss_d", "mean"));
  }

  @Test
  void resumedRunForgetsTheFindingsAfterItsCheckpoint() throws IOException {
    String found = "{\"step\":%d,\"diagnosis\":[{\"kind\":\"%s\"}]}";
    metrics(found.formatted(1, "a"), found.formatted(2, "b"), found.formatted(2, "c"), line(3, 1));
    assertEquals(
        List.of(Map.of("step", 1, "kind", "a"), Map.of("step", 2, "kind", "c")),
        page().get("findings"));
  }

  @Test
  void imagesOfTheFinalWeightsAreEmbeddedWithTheirFigures() throws IOException {
    assertFalse(page().containsKey("interpolation"));
    Files.write(run.resolve("interpolation.png"), new byte[] {1, 2});
    Files.write(run.resolve("nearest.png"), new byte[] {3});
    assertFalse(page().containsKey("nearest"), "an image without its figures says nothing");
    Files.writeString(run.resolve("nearest.json"), "{\"step\":7,\"rows\":8}");
    Map<String, Object> page = page();
    assertArrayEquals(new byte[] {1, 2}, bytes(page.get("interpolation")));
    Map<?, ?> nearest = (Map<?, ?>) page.get("nearest");
    assertEquals(7, nearest.get("step"));
    assertEquals(8, nearest.get("rows"));
    assertArrayEquals(new byte[] {3}, bytes(nearest.get("image")));
  }

  @Test
  void halfWrittenLastLineIsNoMatter() throws IOException {
    metrics(line(1, 0.5), line(2, 0.25));
    Files.writeString(
        run.resolve("metrics.jsonl"), "{\"step\":3,\"loss_d\":0.12", StandardOpenOption.APPEND);
    Map<String, Object> page = page();
    assertEquals(List.of(1, 2), curves(page).get("step"));
    assertEquals(0, page.get("unreadableLines"));
  }

  @Test
  void brokenLinesInsideAreCounted() throws IOException {
    metrics(line(1, 0.5), "{\"step\":2,\"lo" + line(2, 0.5), "[]", "{\"a\":1}", "", line(3, 0.5));
    Map<String, Object> page = page();
    assertEquals(List.of(1, 3), curves(page).get("step"));
    assertEquals(4, page.get("unreadableLines"));
  }

  @Test
  void resumedRunReplacesTheStepsAfterItsCheckpoint() throws IOException {
    metrics(line(1, 1), line(2, 2), line(3, 3), line(2, 20), line(3, 30));
    Map<String, Object> page = page();
    assertEquals(List.of(1, 2, 3), curves(page).get("step"));
    assertEquals(List.of(1.0, 20.0, 30.0), values(page, "loss_d", "mean"));
  }

  @Test
  void longRunsAreThinnedWithoutLosingASpike() throws IOException {
    int lines = 50_000;
    int spike = 1236;
    String[] all =
        LongStream.rangeClosed(1, lines)
            .mapToObj(step -> line(step, step == spike ? 99 : step % 2))
            .toArray(String[]::new);
    metrics(all);
    Map<String, Object> page = page();
    List<Number> steps = numbers(curves(page).get("step"));
    assertTrue(steps.size() >= 1000 && steps.size() <= 2000, steps.size() + " points");
    assertEquals(steps.size(), values(page, "loss_d", "mean").size());
    assertEquals(
        1,
        values(page, "loss_d", "high").stream().filter(high -> high.doubleValue() == 99).count());
    assertEquals(0.0, values(page, "loss_d", "low").getFirst().doubleValue());
    assertEquals(0.5, values(page, "loss_d", "mean").getFirst().doubleValue());
    assertAscending(steps);
    assertTrue(Files.size(run.resolve("report.html")) < 1 << 20);
  }

  @Test
  void stepsAscendWhenALongRunIsResumed() throws IOException {
    String[] all =
        LongStream.concat(LongStream.rangeClosed(1, 9000), LongStream.of(4002))
            .mapToObj(step -> line(step, step))
            .toArray(String[]::new);
    metrics(all);
    List<Number> steps = numbers(curves(page()).get("step"));
    assertAscending(steps);
    assertTrue(steps.getLast().longValue() <= 4002, "last is " + steps.getLast());
  }

  @Test
  void statusFollowsFromTheFilesWhereNoneIsStated() throws IOException {
    metrics(line(99, 0.5));
    assertEquals("running", page().get("status"));
    Instant longAgo = Instant.now().minus(Duration.ofMinutes(10));
    Files.setLastModifiedTime(run.resolve("metrics.jsonl"), FileTime.from(longAgo));
    assertEquals("stopped", page().get("status"));
    metrics(line(100, 0.5));
    assertEquals("finished", page().get("status"));
  }

  @Test
  void samplesAreEmbeddedByteForByteInTheOrderOfTheirSteps() throws IOException {
    sample(1_000_000, new byte[] {3});
    sample(200, new byte[] {2});
    sample(0, new byte[] {1});
    Files.write(run.resolve("samples/step-000300.png.tmp-1"), new byte[] {9});
    List<Map<String, Object>> samples = samples(page());
    assertEquals(
        List.of(0, 200, 1_000_000), samples.stream().map(sample -> sample.get("step")).toList());
    assertArrayEquals(new byte[] {2}, bytes(samples.get(1).get("image")));
  }

  @Test
  void manySamplesAreChosenEvenlyWithFirstAndLast() throws IOException {
    for (int step = 0; step <= 1000; step += 10) {
      sample(step, new byte[] {1});
    }
    Map<String, Object> page = page();
    List<Long> steps =
        samples(page).stream().map(sample -> ((Number) sample.get("step")).longValue()).toList();
    assertEquals(40, steps.size());
    assertEquals(0, steps.getFirst());
    assertEquals(1000, steps.getLast());
    for (int i = 1; i < steps.size(); i++) {
      long gap = steps.get(i) - steps.get(i - 1);
      assertTrue(gap == 20 || gap == 30, "gap of " + gap);
    }
    assertEquals(101, page.get("samplesInFolder"));
  }

  @Test
  void largeSamplesAreEmbeddedInSmallerNumber() throws IOException {
    float[] noise = new float[64 * 3 * 64 * 64];
    var random = new Random(1);
    for (int i = 0; i < noise.length; i++) {
      noise[i] = random.nextFloat() * 2 - 1;
    }
    Path first = run.resolve("samples/step-000000.png");
    Images.writeGrid(first, noise, 64, 3, 64, 64, 8);
    for (int step = 1; step < 30; step++) {
      sample(step, Files.readAllBytes(first));
    }
    List<Map<String, Object>> samples = samples(page());
    assertTrue(samples.size() >= 2 && samples.size() < 30, samples.size() + " samples");
    assertEquals(29, samples.getLast().get("step"));
    assertTrue(Files.size(run.resolve("report.html")) < 6 << 20);
  }

  @Test
  void folderThatIsNoRunIsRefused() throws IOException {
    Files.delete(run.resolve("options.json"));
    UserException e = assertThrows(UserException.class, () -> Report.write(run));
    assertTrue(e.getMessage().contains(run + ": it holds no options.json"), e.getMessage());
    assertFalse(Files.exists(run.resolve("report.html")));
  }

  @Test
  void brokenOptionsAreNamedAndTheOldReportKept() throws IOException {
    String old = write();
    options("{\"norm\": ");
    UserException e = assertThrows(UserException.class, () -> Report.write(run));
    assertTrue(e.getMessage().contains(run.resolve("options.json").toString()), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    assertEquals(old, Files.readString(run.resolve("report.html")));
  }

  private void options(String json) throws IOException {
    Files.writeString(run.resolve("options.json"), json);
  }

  private void metrics(String... lines) throws IOException {
    Files.write(run.resolve("metrics.jsonl"), List.of(lines));
  }

  private void sample(long step, byte[] png) throws IOException {
    Files.write(run.resolve("samples/step-%06d.png".formatted(step)), png);
  }

  private static String line(long step, double loss) {
    return "{\"step\":" + step + ",\"loss_d\":" + loss + "}";
  }

  private String write() throws IOException {
    Report.write(run);
    return Files.readString(run.resolve("report.html"));
  }

  private Map<String, Object> page() throws IOException {
    return data(write());
  }

  private static Map<String, Object> data(String html) throws IOException {
    List<String> found =
        Pattern.compile("(?s)<script type=\"application/json\" id=\"data\">(.*?)</script>")
            .matcher(html)
            .results()
            .map(match -> match.group(1))
            .toList();
    assertEquals(1, found.size());
    return JSON.std.mapFrom(found.getFirst());
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> curves(Map<String, Object> page) {
    return (Map<String, Object>) page.get("curves");
  }

  @SuppressWarnings("unchecked")
  private static List<Number> values(Map<String, Object> page, String curve, String which) {
    return numbers(((Map<String, Object>) curves(page).get(curve)).get(which));
  }

  @SuppressWarnings("unchecked")
  private static List<Number> numbers(Object list) {
    return (List<Number>) list;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> samples(Map<String, Object> page) {
    return (List<Map<String, Object>>) page.get("samples");
  }

  private static byte[] bytes(Object image) {
    String uri = (String) image;
    String prefix = "data:image/png;base64,";
    assertTrue(uri.startsWith(prefix), uri);
    return Base64.getDecoder().decode(uri.substring(prefix.length()));
  }

  private static List<Double> listOf(Double... values) {
    return Arrays.asList(values);
  }

  private static void assertAscending(List<Number> steps) {
    for (int i = 1; i < steps.size(); i++) {
      assertTrue(
          steps.get(i - 1).longValue() < steps.get(i).longValue(),
          steps.get(i - 1) + " before " + steps.get(i));
    }
  }
}
