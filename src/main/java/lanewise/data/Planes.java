package lanewise.data;

/**
 * A picture as a network sees it.
 *
 * @param values {@code [channels][height][width]} in [-1, 1]
 */
public record Planes(int channels, int height, int width, float[] values) {}
