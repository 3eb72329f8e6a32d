/**
 * Training data: samples of one shape with values in [-1, 1], read from files or drawn, and the
 * order in which training visits them. Knows nothing of tensors or backends.
 */
package lanewise.data;
