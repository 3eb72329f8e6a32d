// Adam over the flat block of a network's parameters.
#pragma once

struct AdamQuad {
  Raw<4> value, gradient, m, v;
};

struct Adam {
  float beta1, rest1, beta2, rest2, eps, stepSize, varianceScale;
  float* values;
  const float* gradients;
  float* m;
  float* v;

  __device__ __forceinline__ void update(float g, float& value, float& mean, float& square) const {
    mean = beta1 * mean + rest1 * g;
    square = beta2 * square + rest2 * (g * g);
    value -= stepSize * (mean / (sqrtf(square) * varianceScale + eps));
  }

  __device__ __forceinline__ AdamQuad load(unsigned i) const {
    return {loadRaw<4>(values, F32, i), loadRaw<4>(gradients, F32, i), loadRaw<4>(m, F32, i),
            loadRaw<4>(v, F32, i)};
  }

  __device__ __forceinline__ void finish(unsigned i, AdamQuad quad) const {
    float value[4], g[4], mean[4], square[4];
    widen(quad.value, F32, value);
    widen(quad.gradient, F32, g);
    widen(quad.m, F32, mean);
    widen(quad.v, F32, square);
    for (int k = 0; k < 4; k++) {
      update(g[k], value[k], mean[k], square[k]);
    }
    store(values, F32, i, value);
    store(m, F32, i, mean);
    store(v, F32, i, square);
  }

  __device__ __forceinline__ void element(unsigned i) const {
    update(gradients[i], values[i], m[i], v[i]);
  }
};

/**
 * One step of Adam in one pass, 28 bytes a parameter. The step's {stepSize, varianceScale} lie in
 * device memory, so that a captured graph replays with new ones. rest1 and rest2 are 1 - beta1 and
 * 1 - beta2, which are more exact when they are rounded from double.
 */
extern "C" __global__ void __launch_bounds__(256)
    adam(float beta1, float rest1, float beta2, float rest2, float eps, const float* rates,
         float* values, const float* gradients, float* m, float* v, unsigned size) {
  bool aligned = isAligned(values, F32) && isAligned(gradients, F32) && isAligned(m, F32) &&
                 isAligned(v, F32);
  Adam step{beta1, rest1, beta2, rest2, eps, rates[0], rates[1], values, gradients, m, v};
  forEach(step, size, aligned);
}
