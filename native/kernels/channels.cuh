// Copies of some of the channels: of a tensor into a part of a larger one, or out of it. Writes are
// contiguous along the channels that are copied.
#pragma once

template <int V>
__device__ __forceinline__ void copyChannels(const void* x, int xType, unsigned xChannels,
                                             unsigned from, void* y, int yType, unsigned yChannels,
                                             unsigned to, unsigned count, unsigned size) {
  unsigned step = gridDim.x * blockDim.x * V;
  for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < size; i += step) {
    unsigned pixel = i / count;
    unsigned c = i % count;
    float v[V];
    loadWide<V>(x, xType, pixel * xChannels + from + c, v);
    store(y, yType, pixel * yChannels + to + c, v);
  }
}

/** y[pixel][to + c] = x[pixel][from + c] for c below count; size is that of what is copied. */
extern "C" __global__ void __launch_bounds__(256)
    copy_channels(const void* x, int xType, unsigned xChannels, unsigned from, void* y, int yType,
                  unsigned yChannels, unsigned to, unsigned count, unsigned size) {
  bool quads = (xChannels | from | yChannels | to | count) % 4 == 0;
  if (quads && isAligned(x, xType) && isAligned(y, yType)) {
    copyChannels<4>(x, xType, xChannels, from, y, yType, yChannels, to, count, size);
  } else {
    copyChannels<1>(x, xType, xChannels, from, y, yType, yChannels, to, count, size);
  }
}
