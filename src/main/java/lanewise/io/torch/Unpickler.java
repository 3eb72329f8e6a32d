package lanewise.io.torch;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.Printable;

/**
 * A machine for the pickles of {@code torch.save} (Python's protocols 2 to 5) that calls nothing:
 * it makes numbers, texts, containers and {@link TensorView}s.
 *
 * <p>Python's objects become {@code null}, {@code Boolean}, {@code Long}, {@code BigInteger},
 * {@code Double}, {@code String}, {@code byte[]}, {@link Tuple}, {@code List} and {@code Map}. Time
 * and memory are bounded by {@link #MAX_STEPS}; nothing here follows a reference, so containers may
 * hold themselves.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">pickletools.py</a>,
 *     the description of every operation
 */
final class Unpickler {
  /** About 80,000 tensors; whatever is made in so many steps fits into a heap of 256 MiB. */
  private static final int MAX_STEPS = 2_000_000;

  /** A tuple of Python, which is no {@code List} so that the two cannot be confused. */
  record Tuple(List<Object> items) {}

  private enum Mark {
    MARK
  }

  /** All that a {@link Global.Opaque} makes. */
  private enum Forgotten {
    OBJECT
  }

  private final PickleInput in;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private final Map<String, Storage> storages = new HashMap<>();
  private int steps;

  Unpickler(PickleInput in) {
    this.in = in;
  }

  /**
   * Reads one pickle, from its first byte to its last.
   *
   * @throws TorchFormatException if it is broken, too long, or asks for anything that is not made
   *     here
   */
  Object read() throws TorchFormatException {
    if (in.unsignedByte() != 0x80) {
      throw damaged("is not one of protocol 2 to 5");
    }
    int protocol = in.unsignedByte();
    if (protocol < 2 || protocol > 5) {
      throw damaged("has protocol " + protocol);
    }
    for (int operation = in.unsignedByte(); operation != '.'; operation = in.unsignedByte()) {
      takeSteps(1);
      step(operation);
    }
    Object result = pop();
    if (!stack.isEmpty()) {
      throw damaged("ends with values left over");
    }
    return result;
  }

  /** All that was referred to, by key. */
  Map<String, Storage> storages() {
    return storages;
  }

  private void step(int operation) throws TorchFormatException {
    switch (operation) {
      case '(' -> stack.add(Mark.MARK);
      case '0' -> pop();
      case '1' -> popToMark();
      case 0x95 -> in.signedLong(); // FRAME: its length is a hint for buffering

      case 'N' -> stack.add(null);
      case 0x88 -> stack.add(true);
      case 0x89 -> stack.add(false);
      case 'J' -> stack.add((long) in.signedInt());
      case 'K' -> stack.add((long) in.unsignedByte());
      case 'M' -> stack.add((long) in.unsignedShort());
      case 0x8a -> stack.add(integer(in.bytes(in.unsignedByte())));
      case 'G' -> stack.add(in.bigEndianDouble());

      case 'X', 'T' -> stack.add(in.text(in.unsignedInt()));
      case 0x8c, 'U' -> stack.add(in.text(in.unsignedByte()));
      case 0x8d -> stack.add(in.text(in.signedLong()));
      case 'B' -> stack.add(in.bytes(in.unsignedInt()));
      case 'C' -> stack.add(in.bytes(in.unsignedByte()));
      case 0x8e, 0x96 -> stack.add(in.bytes(in.signedLong()));

      case ')' -> stack.add(new Tuple(List.of()));
      case 't' -> stack.add(new Tuple(popToMark()));
      case 0x85 -> stack.add(tuple(1));
      case 0x86 -> stack.add(tuple(2));
      case 0x87 -> stack.add(tuple(3));
      case ']', 0x8f -> stack.add(new ArrayList<>());
      case 'a' -> append(pop(1));
      case 'e', 0x90 -> append(popToMark());
      case '}' -> stack.add(new LinkedHashMap<>());
      case 's' -> putAll(pop(2));
      case 'u' -> putAll(popToMark());

      case 'q' -> memo.put((long) in.unsignedByte(), peek());
      case 'r' -> memo.put(in.unsignedInt(), peek());
      case 0x94 -> memo.put((long) memo.size(), peek());
      case 'h' -> stack.add(remembered(in.unsignedByte()));
      case 'j' -> stack.add(remembered(in.unsignedInt()));

      case 'c' -> stack.add(Global.of(in.line(), in.line()));
      case 0x93 -> pushGlobal();
      case 'Q' -> stack.add(storage(pop()));
      case 'R', 0x81 -> pushCall();
      case 'b' -> build();
      default ->
          throw damaged("has the operation 0x%02x, unknown to torch.save".formatted(operation));
    }
  }

  private void takeSteps(int count) throws TorchFormatException {
    steps += count;
    if (steps > MAX_STEPS) {
      throw TorchFormatException.refused(
          "its pickle takes more than %d steps, more than any state dict: save model.state_dict()"
                  .formatted(MAX_STEPS)
              + " alone with torch.save, or convert it to safetensors");
    }
  }

  // The stack.

  private Object peek() throws TorchFormatException {
    if (stack.isEmpty() || stack.getLast() == Mark.MARK) {
      throw damaged("takes a value where there is none");
    }
    return stack.getLast();
  }

  private Object pop() throws TorchFormatException {
    Object top = peek();
    stack.removeLast();
    return top;
  }

  private List<Object> pop(int count) throws TorchFormatException {
    Object[] values = new Object[count];
    for (int i = count - 1; i >= 0; i--) {
      values[i] = pop();
    }
    return Arrays.asList(values);
  }

  private List<Object> popToMark() throws TorchFormatException {
    int mark = stack.lastIndexOf(Mark.MARK);
    if (mark < 0) {
      throw damaged("lacks a mark");
    }
    List<Object> above = stack.subList(mark + 1, stack.size());
    List<Object> values = Arrays.asList(above.toArray());
    stack.subList(mark, stack.size()).clear();
    return values;
  }

  private Object remembered(long at) throws TorchFormatException {
    if (!memo.containsKey(at)) {
      throw damaged("recalls what it did not store");
    }
    return memo.get(at);
  }

  // Numbers and containers.

  private static Object integer(byte[] littleEndian) {
    byte[] bigEndian = new byte[littleEndian.length + 1];
    int sign = littleEndian.length > 0 ? littleEndian[littleEndian.length - 1] >> 7 : 0;
    bigEndian[0] = (byte) sign;
    for (int i = 0; i < littleEndian.length; i++) {
      bigEndian[bigEndian.length - 1 - i] = littleEndian[i];
    }
    BigInteger value = new BigInteger(bigEndian);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private Tuple tuple(int count) throws TorchFormatException {
    return new Tuple(pop(count));
  }

  private void append(List<Object> values) throws TorchFormatException {
    if (!(peek() instanceof List<?> list)) {
      throw damaged("appends to what is no list");
    }
    add(list, values);
  }

  @SuppressWarnings("unchecked") // the machine makes lists of objects only
  private static void add(List<?> list, List<Object> values) {
    ((List<Object>) list).addAll(values);
  }

  private void putAll(List<Object> keysAndValues) throws TorchFormatException {
    if (!(peek() instanceof Map<?, ?> dict) || keysAndValues.size() % 2 != 0) {
      throw damaged("sets items of what is no dict");
    }
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      put(dict, keysAndValues.get(i), keysAndValues.get(i + 1));
    }
  }

  /**
   * A key that is no text, number or truth gets one nobody can ask for: its own hash code might be
   * that of a container that holds itself.
   */
  @SuppressWarnings("unchecked") // the machine makes maps of objects only
  private static void put(Map<?, ?> dict, Object key, Object value) {
    boolean plain =
        switch (key) {
          case null -> true;
          case String text -> true;
          case Number number -> true;
          case Boolean truth -> true;
          default -> false;
        };
    ((Map<Object, Object>) dict).put(plain ? key : new Object(), value);
  }

  // Names and calls.

  private void pushGlobal() throws TorchFormatException {
    List<Object> names = pop(2);
    if (!(names.get(0) instanceof String module) || !(names.get(1) instanceof String name)) {
      throw damaged("names a global by something that is no text");
    }
    stack.add(Global.of(module, name));
  }

  private void pushCall() throws TorchFormatException {
    List<Object> call = pop(2);
    if (!(call.get(0) instanceof Global called)
        || !(call.get(1) instanceof Tuple(List<Object> arguments))) {
      throw damaged("calls what cannot be called");
    }
    stack.add(
        switch (called) {
          case Global.Constructor constructor -> made(constructor, arguments);
          case Global.Opaque _ -> Forgotten.OBJECT;
          case Global.StorageType _, Global.Name _ -> throw damaged("calls what cannot be called");
        });
  }

  private Object made(Global.Constructor constructor, List<Object> arguments)
      throws TorchFormatException {
    return switch (constructor) {
      case ORDERED_DICT, COUNTER -> dict(arguments);
      case DEFAULT_DICT -> new LinkedHashMap<>();
      case SIZE -> new Tuple(argument(arguments, 0, Tuple.class).items());
      case DEVICE -> new Global.Name("torch.device");
      case REBUILD_TENSOR, REBUILD_TENSOR_V2 -> tensor(arguments);
      case REBUILD_PARAMETER, REBUILD_PARAMETER_WITH_STATE ->
          argument(arguments, 0, TensorView.class);
    };
  }

  /** A new dict: empty, of pairs as Python 2 wrote it, or a copy. */
  private Map<Object, Object> dict(List<Object> arguments) throws TorchFormatException {
    Map<Object, Object> dict = new LinkedHashMap<>();
    switch (arguments.isEmpty() ? List.of() : arguments.getFirst()) {
      case Map<?, ?> original -> {
        takeSteps(original.size());
        dict.putAll(original);
      }
      case List<?> pairs -> {
        takeSteps(pairs.size());
        for (Object pair : pairs) {
          if (!(pair instanceof List<?> keyAndValue) || keyAndValue.size() != 2) {
            throw damaged("makes a dict of what is no list of pairs");
          }
          put(dict, keyAndValue.get(0), keyAndValue.get(1));
        }
      }
      case null, default -> throw damaged("makes a dict of what is no list of pairs");
    }
    return dict;
  }

  private TensorView tensor(List<Object> arguments) throws TorchFormatException {
    return TensorView.of(
        argument(arguments, 0, Storage.class),
        argument(arguments, 1, Long.class),
        sizes(argument(arguments, 2, Tuple.class)),
        sizes(argument(arguments, 3, Tuple.class)));
  }

  private static List<Long> sizes(Tuple tuple) throws TorchFormatException {
    int dimensions = tuple.items().size();
    if (dimensions > TensorView.MAX_DIMENSIONS) {
      throw damaged("has a tensor of " + dimensions + " dimensions");
    }
    List<Long> sizes = new ArrayList<>();
    for (int i = 0; i < dimensions; i++) {
      sizes.add(argument(tuple.items(), i, Long.class));
    }
    return sizes;
  }

  /** From what torch calls a persistent id: {@code ("storage", type, key, device, elements)}. */
  private Storage storage(Object persistentId) throws TorchFormatException {
    if (!(persistentId instanceof Tuple(List<Object> parts))
        || parts.size() < 5
        || !"storage".equals(parts.getFirst())) {
      throw damaged("refers to something outside that is no storage");
    }
    if (parts.size() > 5 && parts.get(5) != null) {
      throw TorchFormatException.refused(
          "it has a storage that is a part of another one, as PyTorch before 0.4 could write: load"
              + " it in PyTorch and save model.state_dict() again");
    }
    var storage =
        new Storage(
            argument(parts, 2, String.class),
            argument(parts, 1, Global.StorageType.class).dtype(),
            argument(parts, 4, Long.class));
    Storage known = storages.putIfAbsent(storage.key(), storage);
    if (known != null && !known.equals(storage)) {
      throw damaged(
          "announces storage %s twice, differently".formatted(Printable.quoted(storage.key())));
    }
    return storage;
  }

  /** Attributes of a dict (torch's versions of modules) do not count, as a forgotten object's. */
  private void build() throws TorchFormatException {
    pop();
    if (!(peek() instanceof Map || peek() == Forgotten.OBJECT)) {
      throw damaged("sets attributes of what has none");
    }
  }

  private static <T> T argument(List<Object> arguments, int at, Class<T> type)
      throws TorchFormatException {
    if (at >= arguments.size() || !type.isInstance(arguments.get(at))) {
      throw damaged("gives an argument that is missing or no " + type.getSimpleName());
    }
    return type.cast(arguments.get(at));
  }

  private static TorchFormatException damaged(String what) {
    return TorchFormatException.damaged("its pickle " + what);
  }
}
