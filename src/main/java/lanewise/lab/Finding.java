package lanewise.lab;

import java.util.Map;

/**
 * Something that a lab's figures say.
 *
 * @param topic what it is about, a few words
 * @param text one or a few sentences
 */
public record Finding(String topic, String text) {
  Map<String, Object> json() {
    return Map.of("topic", topic, "text", text);
  }
}
