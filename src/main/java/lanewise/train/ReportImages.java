package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.data.StackedDataset;
import lanewise.evaluate.Classifier;
import lanewise.evaluate.ImageSpace;
import lanewise.evaluate.NearestImages;
import lanewise.evaluate.NearestImages.Neighbour;
import lanewise.evaluate.StackedClassifier;
import lanewise.io.AtomicFiles;
import lanewise.io.Images;

/**
 * What a report shows of a generator besides its sample grids: interpolations between latents, and
 * the training images that are nearest to samples. Both begin with the latents of the grids, so the
 * same images are seen again.
 *
 * @param step of the generator
 */
record ReportImages(RunFolder folder, TrainedGenerator generator, long seed, long step) {
  private static final int ROWS = 8;
  private static final int COLUMNS = 10;

  /** Samples whose nearest training images are looked for. */
  private static final int SAMPLES = 8;

  /**
   * How much of the training data is searched; of more, a random part is.
   *
   * @param values of pixels that are compared at most
   * @param images whose features are compared at most
   */
  record Search(long values, int images) {
    /** Seconds: 131,072 grey images of 32 pixels, and those that a classifier soon has read. */
    static final Search QUICK = new Search(1L << 27, 10_000);

    /** All of it. */
    static final Search FULL = new Search(Long.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** Whether there can be any: points in the plane are no images. */
  boolean apply() {
    Shape shape = generator.spec().imageShape(1);
    return shape.h() > 1 && (shape.c() == 1 || shape.c() == 3);
  }

  /** Writes {@code interpolation.png}. */
  void writeInterpolation() {
    int size = generator.spec().latentShape(1).size();
    float[] between = Interpolation.rows(new Latents(seed, size).fixed(2 * ROWS), size, COLUMNS);
    Shape shape = generator.spec().imageShape(ROWS * COLUMNS);
    // Each row is of one class: that of its first image in the sample grid.
    int classes = Math.max(1, generator.spec().classes());
    int[] ofRows = new int[shape.n()];
    Arrays.setAll(ofRows, image -> 2 * (image / COLUMNS) % classes);
    Images.writeGrid(
        folder.interpolation(),
        generator.images(between, ofRows),
        shape.n(),
        shape.c(),
        shape.h(),
        shape.w(),
        COLUMNS);
  }

  /**
   * Writes {@code nearest.png} and {@code nearest.json}: by pixels and, where there is a classifier
   * for the data, by its features.
   *
   * @param data that the generator was trained on
   */
  void writeNearest(
      Backend backend, Dataset data, TrainOptions options, Search search, Consumer<String> log) {
    float[] samples = generator.images(SAMPLES, seed);
    int sampleSize = samples.length / SAMPLES;
    Dataset test = Datasets.openTest(options.data(), data.height(), data.channels(), seed, log);
    List<NearestImages> found = new ArrayList<>();
    int most = (int) Math.min(data.size(), Math.max(2, search.values() / sampleSize));
    found.add(NearestImages.find(samples, SAMPLES, data, test, most, ImageSpace.pixels()));
    try (TrainedClassifier classifier = classifier(backend, options)) {
      if (classifier != null) {
        Classifier reader =
            data instanceof StackedDataset && classifier.channels() == 1
                ? new StackedClassifier(classifier)
                : classifier;
        int read = Math.min(most, search.images());
        ImageSpace space = ImageSpace.features(reader);
        found.add(NearestImages.find(samples, SAMPLES, data, test, read, space));
      }
    }
    write(samples, data, found);
  }

  /** That on whose features the run was measured, or else the shipped one, or null. */
  private static TrainedClassifier classifier(Backend backend, TrainOptions options) {
    MeasuringOptions measuring = options.measuring();
    return measuring.metrics() && !measuring.classifier().isEmpty()
        ? TrainedClassifier.open(backend, Path.of(measuring.classifier()))
        : TrainedClassifier.shipped(backend, options.data(), options.model().imageSize());
  }

  private void write(float[] samples, Dataset data, List<NearestImages> found) {
    int size = samples.length / SAMPLES;
    int columns = 1 + found.stream().mapToInt(near -> near.nearest().getFirst().size()).sum();
    float[] images = new float[SAMPLES * columns * size];
    int at = 0;
    for (int row = 0; row < SAMPLES; row++) {
      System.arraycopy(samples, row * size, images, at, size);
      at += size;
      for (NearestImages near : found) {
        for (Neighbour neighbour : near.nearest().get(row)) {
          data.read(neighbour.image(), images, at);
          at += size;
        }
      }
    }
    Images.writeGrid(
        folder.nearest(),
        images,
        SAMPLES * columns,
        data.channels(),
        data.height(),
        data.width(),
        columns);
    AtomicFiles.replaceFile(
        folder.nearestFigures(),
        path -> Files.writeString(path, JSON.std.asString(figures(data, columns, found)) + "\n"));
  }

  private Map<String, Object> figures(Dataset data, int columns, List<NearestImages> found) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("step", step);
    figures.put("trainingImages", data.size());
    figures.put("rows", SAMPLES);
    figures.put("columns", columns);
    figures.put("spaces", found.stream().map(ReportImages::figures).toList());
    return figures;
  }

  private static Map<String, Object> figures(NearestImages near) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("by", near.space().name());
    figures.put("detail", near.space().detail());
    figures.put("compared", near.compared());
    figures.put("typical", near.typical());
    figures.put("typicalOfReal", near.typicalOfReal());
    figures.put("copies", near.copies());
    figures.put("conclusion", near.conclusion());
    figures.put("nearest", near.nearest());
    return figures;
  }
}
