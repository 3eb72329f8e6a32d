package lanewise.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import lanewise.Printable;

/** The attributes of a node; those that nobody asks for are not supported. */
final class Attributes {
  private final Map<String, AttributeProto> attributes = new HashMap<>();
  private final Set<String> unread = new TreeSet<>();
  private final TensorReader tensors;

  Attributes(NodeProto node, TensorReader tensors) {
    this.tensors = tensors;
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attributes.put(attribute.getName(), attribute) != null) {
        throw new ModelFault(
            "attribute %s is there twice".formatted(Printable.quoted(attribute.getName())));
      }
      unread.add(attribute.getName());
    }
  }

  boolean has(String name) {
    return attributes.containsKey(name);
  }

  long integer(String name, long otherwise) {
    AttributeProto attribute = get(name, AttributeType.INT);
    return attribute == null ? otherwise : attribute.getI();
  }

  /**
   * An integer among those that are possible.
   *
   * @throws ModelFault if it is less than {@code least} or more than {@code most}
   */
  int integer(String name, int otherwise, int least, int most) {
    long value = integer(name, otherwise);
    if (value < least || value > most) {
      throw new ModelFault(
          "attribute %s is %d, where %s is supported"
              .formatted(name, value, least == most ? least + " alone" : least + " to " + most));
    }
    return (int) value;
  }

  boolean flag(String name, boolean otherwise) {
    return integer(name, otherwise ? 1 : 0, 0, 1) == 1;
  }

  float real(String name, float otherwise) {
    AttributeProto attribute = get(name, AttributeType.FLOAT);
    return attribute == null ? otherwise : attribute.getF();
  }

  /**
   * One word among those that are supported.
   *
   * @param known the first one is the default
   */
  String word(String name, String... known) {
    String value = text(name, known[0]);
    if (!List.of(known).contains(value)) {
      throw new ModelFault(
          "attribute %s is %s; supported are %s"
              .formatted(name, Printable.quoted(value), String.join(", ", known)));
    }
    return value;
  }

  String text(String name, String otherwise) {
    AttributeProto attribute = get(name, AttributeType.STRING);
    return attribute == null ? otherwise : attribute.getS().toString(StandardCharsets.UTF_8);
  }

  /** A list of integers, or null. */
  long[] integers(String name) {
    AttributeProto attribute = get(name, AttributeType.INTS);
    return attribute == null
        ? null
        : attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
  }

  /** A list of numbers, or null. */
  float[] reals(String name) {
    AttributeProto attribute = get(name, AttributeType.FLOATS);
    if (attribute == null) {
      return null;
    }
    float[] values = new float[attribute.getFloatsCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = attribute.getFloats(i);
    }
    return values;
  }

  /** A tensor, or null. */
  HostTensor tensor(String name) {
    AttributeProto attribute = get(name, AttributeType.TENSOR);
    return attribute == null ? null : tensors.read(attribute.getT());
  }

  /** Reads an attribute that changes nothing here. */
  void ignore(String name) {
    unread.remove(name);
  }

  /** Those that were not asked for. */
  List<String> unread() {
    return Collections.unmodifiableList(new ArrayList<>(unread));
  }

  private AttributeProto get(String name, AttributeType type) {
    unread.remove(name);
    AttributeProto attribute = attributes.get(name);
    if (attribute == null) {
      return null;
    }
    // Models of the first years do not name the type.
    boolean fits = attribute.getType() == type || attribute.getType() == AttributeType.UNDEFINED;
    if (!fits || attribute.hasRefAttrName()) {
      throw new ModelFault("attribute %s is %s, not %s".formatted(name, attribute.getType(), type));
    }
    return attribute;
  }
}
