package lanewise.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import lanewise.backend.Backend;

/**
 * Everything that decides what a training computes and leaves behind: a record of values and of
 * groups of values ({@link OptionGroups}), whose constructor refuses what does not go together.
 * {@code options.json} holds it by its names, and the command line has the same.
 */
public interface TaskOptions {
  /** What may change in a run that goes on, whatever is trained. */
  Set<String> FREE =
      Set.of(
          "epochs",
          "steps",
          "sampleEvery",
          "checkpointEvery",
          "tensorboard",
          "maxPixels",
          "backend",
          "threads",
          "device",
          "precision");

  /** What is trained, as {@code --model} names it. */
  String task();

  /** The name or path of the data. */
  String data();

  RunOptions run();

  EngineOptions engine();

  /** A word that tells this run from others on the same data, for the name of its folder. */
  String label();

  /**
   * These options with others in place of some.
   *
   * @param changes by their names in {@code options.json}, whichever group they are in
   * @throws IllegalArgumentException if there is no option of such a name
   * @throws lanewise.UserException if a value is impossible
   */
  TaskOptions with(Map<String, ?> changes);

  /**
   * The options of another run of the same task.
   *
   * @param file its {@code options.json}
   * @throws lanewise.UserException if the file is missing or not one of that task
   */
  TaskOptions readOther(Path file);

  /**
   * Opens the data.
   *
   * @param capture whether steps are replayed where the backend can; without, it is found in which
   *     layer a loss stops being a number
   * @param log receives what the user should know about the data
   * @return what builds the networks on a backend, and belongs to nobody if that fails
   * @throws lanewise.UserException if the data is impossible, or does not go with the options
   */
  Function<Backend, Task> prepare(boolean capture, Consumer<String> log);

  /** Whether the length of the training decides what its first steps compute. */
  boolean isScheduled();

  /** Whether an option may change in a run that goes on. */
  default boolean isFree(String name) {
    boolean isLength = name.equals("steps") || name.equals("epochs");
    return FREE.contains(name) && !(isLength && isScheduled());
  }

  /** Whether there is an option of that name, in whichever group. */
  default boolean has(String name) {
    return flat().containsKey(name);
  }

  /** All options by their names, without groups. */
  default Map<String, Object> flat() {
    return OptionGroups.flat(OptionGroups.map((Record) this));
  }

  /**
   * What of {@code other} would make a run another one, each as {@code --norm-g batch, not
   * instance}.
   */
  default List<String> differences(TaskOptions other) {
    Map<String, Object> others = other.flat();
    List<String> differences = new ArrayList<>();
    flat()
        .forEach(
            (name, mine) -> {
              if (!isFree(name) && !Objects.equals(mine, others.get(name))) {
                differences.add(
                    "%s %s, not %s".formatted(OptionGroups.flag(name), mine, others.get(name)));
              }
            });
    return differences;
  }
}
