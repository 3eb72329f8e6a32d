package lanewise.backend.simd;

import lanewise.backend.Algorithm;

/**
 * How one convolution is computed, and why.
 *
 * @param share of the direct way's multiplications that the algorithm does
 * @param reason in words
 */
record ConvPlan(ConvAlgorithm algorithm, double share, String reason) {

  Algorithm inWords() {
    return new Algorithm(algorithm.toString(), share, reason);
  }
}
