package lanewise.nn;

import lanewise.backend.Shape;

/**
 * One layer of a network in a table for people.
 *
 * @param name in the state dict: {@code main.0}
 * @param layer what it is: {@code Conv2d 4x4}
 * @param parameters how many numbers it trains
 */
public record LayerSummary(String name, String layer, Shape output, long parameters) {}
