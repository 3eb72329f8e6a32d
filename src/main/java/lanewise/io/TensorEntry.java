package lanewise.io;

/**
 * A named array as a file of weights holds it, row-major.
 *
 * @param shape PyTorch's dimensions; empty for a scalar
 */
public record TensorEntry(String name, long[] shape, float[] data) {}
