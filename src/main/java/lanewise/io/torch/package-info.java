/**
 * What PyTorch's {@code torch.save} writes, read by a machine that can make tensors and containers
 * and nothing else. Knows no other package.
 */
package lanewise.io.torch;
