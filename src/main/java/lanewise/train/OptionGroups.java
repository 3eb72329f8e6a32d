package lanewise.train;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Options as records of texts, numbers, truth values and of other such records, their groups. An
 * option's name is that of its component, and there is none twice, so that options can be given
 * without their groups.
 */
public final class OptionGroups {
  private OptionGroups() {}

  /**
   * A record with other values in place of some.
   *
   * @param changes by the names of their components, whichever group they are in
   * @throws IllegalArgumentException if there is no such name, or the value is of another kind
   */
  public static <R extends Record> R with(R options, Map<String, ?> changes) {
    Map<String, Object> all = map(options);
    changes.forEach((name, value) -> groupWith(name, all).put(name, value));
    try {
      @SuppressWarnings("unchecked") // of the class that is asked for
      R changed = (R) recordOf(options.getClass(), all);
      return changed;
    } catch (IOException e) {
      throw new IllegalArgumentException("These are not the values of options: " + changes, e);
    }
  }

  /** {@code --batch-size} for {@code batchSize}. */
  public static String flag(String name) {
    return "--" + name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  /** A record's values by their names, each group a map in it. */
  static Map<String, Object> map(Record options) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (RecordComponent component : options.getClass().getRecordComponents()) {
      Object value = valueOf(component, options);
      map.put(component.getName(), value instanceof Record group ? map(group) : value);
    }
    return map;
  }

  private static Object valueOf(RecordComponent component, Record options) {
    try {
      return component.getAccessor().invoke(options);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("options are public records", e);
    }
  }

  /** The same without groups. */
  static Map<String, Object> flat(Map<String, Object> grouped) {
    Map<String, Object> flat = new LinkedHashMap<>();
    grouped.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> group) {
            group.forEach((key, option) -> flat.put((String) key, option));
          } else {
            flat.put(name, value);
          }
        });
    return flat;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> groupWith(String name, Map<String, Object> all) {
    if (all.containsKey(name) && !(all.get(name) instanceof Map)) {
      return all;
    }
    return all.values().stream()
        .filter(group -> group instanceof Map<?, ?> map && map.containsKey(name))
        .map(group -> (Map<String, Object>) group)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("There is no option " + name));
  }

  /** A record from JSON, with groups in it; what its constructor says of a value stays as it is. */
  private static Record recordOf(Class<?> type, Map<?, ?> values) throws IOException {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      arguments[i] = value(components[i].getName(), types[i], values);
    }
    try {
      return (Record) type.getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object value(String name, Class<?> type, Map<?, ?> values) throws IOException {
    Object value = values.get(name);
    return switch (value) {
      case Map<?, ?> group when type.isRecord() -> recordOf(type, group);
      case Number n when type == int.class -> n.intValue();
      case Number n when type == long.class -> n.longValue();
      case Number n when type == double.class -> n.doubleValue();
      case Boolean b when type == boolean.class -> b;
      case String text when type == String.class -> text;
      case null, default -> throw new IOException("'%s' cannot be %s".formatted(name, value));
    };
  }
}
