package lanewise.io.torch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import lanewise.Printable;

/**
 * Finds the state dict in what was saved.
 *
 * <p>A state dict is a dict that has a tensor under a name; what else it has is left out. Of those
 * in a file, only the ones nearest to the top count, and not those that have one in them: their
 * tensors, such as the state of a random generator, lie beside it. Lists and tuples are not
 * searched.
 */
final class StateDictSearch {
  /**
   * Checkpoints have one or two levels above their state dicts, and an optimizer's tensors three.
   */
  private static final int MAX_DEPTH = 6;

  /** A dict under a longer key is not searched: a few bytes can make many paths of it. */
  private static final int MAX_KEY = 256;

  private static final int NAMED = 8;

  /** A dict and what led to it; the parent of the topmost is null. */
  private record Place(Place parent, String key, Map<?, ?> dict) {
    /** The keys from the top, joined by dots. */
    String path() {
      return parent == null || parent.parent == null ? key : parent.path() + "." + key;
    }
  }

  private record Found(Place place, Map<String, TensorView> tensors) {
    String described() {
      return "%s (%d tensors)".formatted(Printable.quoted(place.path()), tensors.size());
    }
  }

  private StateDictSearch() {}

  /**
   * The only state dict nearest to the top.
   *
   * @throws TorchFormatException if there is none, or more than one; the message lists them
   */
  static Map<String, TensorView> only(Object saved) throws TorchFormatException {
    List<List<Place>> levels = levels(saved);
    for (int depth = 0; depth < levels.size(); depth++) {
      List<Found> found = found(levels.get(depth));
      if (depth + 1 < levels.size()) {
        Set<Place> holders = Collections.newSetFromMap(new IdentityHashMap<>());
        found(levels.get(depth + 1)).forEach(below -> holders.add(below.place().parent()));
        found.removeIf(one -> holders.contains(one.place()));
      }
      if (found.size() == 1) {
        return found.getFirst().tensors();
      }
      if (!found.isEmpty()) {
        throw TorchFormatException.refused(
            "it holds %d state dicts: %s; name the one to read with %s"
                .formatted(found.size(), described(found), TorchFile.KEY_OPTION));
      }
    }
    throw TorchFormatException.refused(
        "it holds no state dict, but %s: save model.state_dict() with torch.save"
            .formatted(describedTop(saved)));
  }

  /**
   * The state dict at a path.
   *
   * @throws TorchFormatException if there is none; the message lists those that there are
   */
  static Map<String, TensorView> at(Object saved, String path) throws TorchFormatException {
    List<Found> all = new ArrayList<>();
    for (List<Place> level : levels(saved)) {
      all.addAll(found(level));
    }
    for (Found found : all) {
      if (found.place().path().equals(path)) {
        return found.tensors();
      }
    }
    throw TorchFormatException.refused(
        "it holds no state dict %s, but %s"
            .formatted(
                Printable.quoted(path), all.isEmpty() ? describedTop(saved) : described(all)));
  }

  /** The dicts at each depth; each dict only once, where it is nearest to the top. */
  private static List<List<Place>> levels(Object saved) {
    List<List<Place>> levels = new ArrayList<>();
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Place> level = new ArrayList<>();
    if (saved instanceof Map<?, ?> top) {
      level.add(new Place(null, "", top));
    }
    while (!level.isEmpty() && levels.size() < MAX_DEPTH) {
      levels.add(level);
      List<Place> next = new ArrayList<>();
      for (Place place : level) {
        place.dict.forEach(
            (key, value) -> {
              boolean named = key instanceof String || key instanceof Long;
              if (value instanceof Map<?, ?> dict
                  && named
                  && key.toString().length() <= MAX_KEY
                  && seen.add(dict)) {
                next.add(new Place(place, key.toString(), dict));
              }
            });
      }
      level = next;
    }
    return levels;
  }

  private static List<Found> found(List<Place> level) {
    List<Found> found = new ArrayList<>();
    for (Place place : level) {
      Map<String, TensorView> tensors = new LinkedHashMap<>();
      place.dict.forEach(
          (key, value) -> {
            if (key instanceof String name && value instanceof TensorView tensor) {
              tensors.put(name, tensor);
            }
          });
      if (!tensors.isEmpty()) {
        found.add(new Found(place, tensors));
      }
    }
    return found;
  }

  private static String described(List<Found> found) {
    String named =
        found.stream().limit(NAMED).map(Found::described).collect(Collectors.joining(", "));
    int more = found.size() - NAMED;
    return more > 0 ? named + " and " + more + " more" : named;
  }

  private static String describedTop(Object saved) {
    return switch (saved) {
      case Map<?, ?> dict when dict.isEmpty() -> "an empty dict";
      case Map<?, ?> dict -> {
        String keys =
            dict.keySet().stream()
                .limit(NAMED)
                .map(key -> key instanceof String name ? Printable.quoted(name) : "another key")
                .collect(Collectors.joining(", "));
        yield "a dict of " + keys + (dict.size() > NAMED ? " and more" : "");
      }
      case TensorView tensor -> "one tensor without a name";
      case List<?> list -> "a list";
      case Unpickler.Tuple tuple -> "a tuple";
      case null, default -> "something else";
    };
  }
}
