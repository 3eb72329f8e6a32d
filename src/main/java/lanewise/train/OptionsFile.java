package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.UserException;
import lanewise.io.AtomicFiles;

/**
 * The options of a run in its folder, {@code options.json}: what is trained, the groups of options,
 * then facts about the run.
 */
public record OptionsFile(Path path) {
  /** The task, which is the one thing to know before the options can be read. */
  private static final String TASK = "task";

  /** What runs trained before there was anything else. */
  private static final String FIRST_TASK = TrainOptions.TASK;

  /**
   * Writes it.
   *
   * @param facts about the run that are no options: they come last and are ignored when read
   */
  void write(TaskOptions options, Map<String, ?> facts) {
    AtomicFiles.replaceFile(
        path,
        file -> {
          Map<String, Object> all = new LinkedHashMap<>();
          all.put(TASK, options.task());
          all.putAll(OptionGroups.map((Record) options));
          all.putAll(facts);
          JSON json = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);
          Files.writeString(file, json.asString(all) + "\n");
        });
  }

  /**
   * What is trained, as {@code --model} names it.
   *
   * @throws UserException if the file is missing or not one
   */
  public String task() {
    return (String) read().getOrDefault(TASK, FIRST_TASK);
  }

  /**
   * The options of a run.
   *
   * @param base those that stay where the file says nothing; of the task whose options the file is
   *     to hold
   * @param required an option without which the file is none
   * @throws UserException if the file is missing or not one of that task, or a value is impossible
   */
  public <O extends Record & TaskOptions> O over(O base, String required) {
    Map<String, Object> given = read();
    String task = (String) given.getOrDefault(TASK, FIRST_TASK);
    if (!task.equals(base.task())) {
      throw new UserException(
          "%s is of a run that trains %s, not %s; give another run"
              .formatted(path, task, base.task()));
    }
    if (!given.containsKey(required)) {
      throw unreadable("it does not say which networks; train anew, in another folder", null);
    }
    given.keySet().removeIf(name -> !base.has(name));
    try {
      return OptionGroups.with(base, given);
    } catch (IllegalArgumentException e) {
      throw unreadable(e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
    }
  }

  private Map<String, Object> read() {
    try {
      Map<String, Object> all = OptionGroups.flat(JSON.std.mapFrom(Files.readString(path)));
      if (!(all.getOrDefault(TASK, FIRST_TASK) instanceof String)) {
        throw new IOException("'task' cannot be " + all.get(TASK));
      }
      return all;
    } catch (NoSuchFileException e) {
      throw new UserException(
          "%s does not exist: %s is not a run; give a folder that train left behind"
              .formatted(path, path.getParent()),
          e);
    } catch (IOException e) {
      throw unreadable(e.getMessage(), e);
    }
  }

  private UserException unreadable(String reason, Throwable cause) {
    return new UserException(
        "%s cannot be read as a run's options: %s"
            .formatted(path, String.valueOf(reason).lines().findFirst().orElse("")),
        cause);
  }
}
