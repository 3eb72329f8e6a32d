package lanewise.perceptual;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which features losses compare.
 *
 * @param content by their maps: what is where
 * @param style by their Gram matrices: what goes together, wherever it is
 */
public record PerceptualLayers(List<String> content, List<String> style) {
  public PerceptualLayers {
    content = List.copyOf(content);
    style = List.copyOf(style);
  }

  /** Each layer once, those of the content first. */
  public Set<String> all() {
    Set<String> all = new LinkedHashSet<>(content);
    all.addAll(style);
    return all;
  }
}
