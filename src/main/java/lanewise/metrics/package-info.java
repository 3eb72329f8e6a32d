/**
 * What samples are worth, as mathematics on arrays: how near two sets of features lie, which modes
 * are covered, how alike samples are. Knows nothing of images, networks or backends.
 */
package lanewise.metrics;
