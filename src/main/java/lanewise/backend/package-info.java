/**
 * Tensors and the one interface behind which every engine computes: memory, pointwise operations,
 * matrix products, convolutions, normalisation, resampling and a few fused operations.
 */
package lanewise.backend;
