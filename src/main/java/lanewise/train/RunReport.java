package lanewise.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.report.Report;
import lanewise.train.ReportImages.Search;

/** The report of a run, with all that has to be computed for it. */
public final class RunReport {
  private RunReport() {}

  /**
   * Makes the report of a run that ended, or is still going on, from its folder alone.
   *
   * @param log receives what the user should know about the data
   * @return the page
   * @throws UserException if the folder is not a run's, or its data or weights cannot be read; the
   *     page is then made of what there is
   */
  public static Path rebuild(Backend backend, Path run, Consumer<String> log) {
    RunFolder folder = new RunFolder(run);
    if (!new OptionsFile(folder.options()).task().equals(TrainOptions.TASK)) {
      Report.write(run);
      return folder.report();
    }
    TrainOptions options = TrainOptions.read(folder.options());
    try {
      if (Files.exists(folder.generator())) {
        Dataset data =
            Datasets.open(
                options.data(), options.model().imageSize(), 0, options.run().seed(), log);
        long step = Checkpoint.progress(folder.checkpoint()).step();
        writeImages(backend, folder, options, data, step, Search.FULL, log);
      }
    } finally {
      Report.write(run);
    }
    return folder.report();
  }

  /** Writes the images for the report of a run that has just ended and saved its weights. */
  static void complete(
      Backend backend, RunFolder folder, TrainOptions options, Dataset data, long step) {
    writeImages(backend, folder, options, data, step, Search.QUICK, text -> {});
  }

  private static void writeImages(
      Backend backend,
      RunFolder folder,
      TrainOptions options,
      Dataset data,
      long step,
      Search search,
      Consumer<String> log) {
    try (TrainedGenerator generator = TrainedGenerator.open(backend, folder.path(), null, null)) {
      ReportImages images = new ReportImages(folder, generator, options.run().seed(), step);
      if (images.apply()) {
        images.writeInterpolation();
        images.writeNearest(backend, data, options, search, log);
      }
    }
  }
}
