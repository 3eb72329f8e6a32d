package lanewise.io.torch;

/**
 * A tensor of a state dict.
 *
 * @param name its key, such as {@code model.1.weight}
 * @param dtype what it is stored as
 * @param shape the sizes; empty for a scalar
 * @param values row-major, rounded to the nearest floats; two tensors that PyTorch had tied (the
 *     same view of the same storage) share the array
 */
public record TorchTensor(String name, Dtype dtype, long[] shape, float[] values) {}
