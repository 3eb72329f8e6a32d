// Masks of dropouts, by the hash that lanewise.backend.DropoutSpec describes.
#pragma once

__device__ __forceinline__ unsigned mix(unsigned x) {
  x ^= x >> 16;
  x *= 0x21f0aaadu;
  x ^= x >> 15;
  x *= 0x735a2d97u;
  return x ^ x >> 15;
}

/** 32 bits of a key, which lie in two floats. */
__device__ __forceinline__ unsigned keyBits(const float* parts) {
  return static_cast<unsigned>(parts[0]) | static_cast<unsigned>(parts[1]) << 16;
}

/** mask = 0, or scale for elements whose hash is at least threshold; salts are mixed already. */
extern "C" __global__ void __launch_bounds__(256)
    dropout(const float* key, unsigned salt, unsigned otherSalt, unsigned threshold, float scale,
            float* mask, unsigned size) {
  unsigned a = mix(keyBits(key) ^ salt);
  unsigned b = mix(keyBits(key + 2) ^ otherSalt);
  unsigned step = gridDim.x * blockDim.x;
  for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < size; i += step) {
    mask[i] = mix(mix(i ^ a) ^ b) >> 8 >= threshold ? scale : 0.0f;
  }
}
