/**
 * Layers with PyTorch's names and weights, assembled into networks. A layer is its forward pass;
 * gradients come from {@link lanewise.autograd}.
 */
package lanewise.nn;
