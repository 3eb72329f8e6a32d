package lanewise.backend.cuda;

import java.lang.System.Logger.Level;
import lanewise.backend.cuda.driver.Graph;

/**
 * A step that is recorded once and then replayed as a whole.
 *
 * <p>The first runs are ordinary ones, in which algorithms are chosen and memory is taken. Where a
 * step cannot be recorded, it goes on as it is.
 */
final class CapturedStep implements Runnable {
  private static final System.Logger LOG = System.getLogger("lanewise.backend.cuda");

  /** In the second, filters that are used more than once get copies of their own. */
  private static final int ORDINARY_RUNS = 2;

  /** Records and replays on an engine's stream. */
  interface Recorder {
    /** Whether a step is being recorded, of which this one is then a part. */
    boolean isRecording();

    /** Starts recording; everything that changes while recording must be undone if it fails. */
    void begin();

    /** Ends the recording, which is ready to be replayed. */
    Graph end();

    /** Forgets what was recorded. */
    void abandon();

    void replay(Graph graph);
  }

  private final Recorder recorder;
  private final Runnable step;
  private int runs;
  private boolean impossible;
  private Graph graph;

  CapturedStep(Recorder recorder, Runnable step) {
    this.recorder = recorder;
    this.step = step;
  }

  @Override
  public void run() {
    if (graph == null && !impossible && runs == ORDINARY_RUNS && !recorder.isRecording()) {
      graph = record();
    }
    if (graph == null) {
      step.run();
      runs = Math.min(runs + 1, ORDINARY_RUNS);
    } else {
      recorder.replay(graph);
    }
  }

  /** The step as a graph, in which nothing has been computed yet; null if that is impossible. */
  private Graph record() {
    try {
      recorder.begin();
      step.run();
      return recorder.end();
    } catch (RuntimeException e) {
      recorder.abandon();
      impossible = true;
      LOG.log(
          Level.WARNING,
          "The training step cannot be captured as a CUDA graph, so each operation is launched by"
              + " itself, which may be slower: {0}",
          e.getMessage());
      return null;
    }
  }
}
