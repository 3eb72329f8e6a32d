// Max pooling as a choice of places, which other values are taken from or added to. Both gather: a
// thread of the adjoint looks for its pixel among the places of all windows that reach it. Without the
// second of their launch bounds, the compiler saves registers for more than four blocks, and spills.
#pragma once

/** The windows of a pooling along one side. */
struct Windows {
  int kernel, stride, before, size;

  /** The first pixel of a window that is not padding. */
  __device__ __forceinline__ int first(int window) const {
    int start = window * stride - before;
    return start < 0 ? 0 : start;
  }

  /** The pixel behind a window's last one. */
  __device__ __forceinline__ int end(int window) const {
    int end = window * stride - before + kernel;
    return end < size ? end : size;
  }

  /** The first window that reaches a pixel. */
  __device__ __forceinline__ int firstAt(int pixel) const {
    int reach = pixel + before - kernel;
    return reach < 0 ? 0 : reach / stride + 1;
  }

  /** The window behind the last one that reaches a pixel, of count in all. */
  __device__ __forceinline__ int endAt(int pixel, int count) const {
    int end = (pixel + before) / stride + 1;
    return end < count ? end : count;
  }
};

/**
 * Which pixel of image n is the largest of a window, for V channels from c on: the first of equals, and
 * the last NaN.
 */
template <int V>
__device__ __forceinline__ void largest(Windows rows, Windows columns, const void* x, int xType,
                                        unsigned n, int h, int w, unsigned c, unsigned channels,
                                        unsigned (&place)[V]) {
  int top = rows.first(h);
  int left = columns.first(w);
  int bottom = rows.end(h);
  int right = columns.end(w);
  unsigned corner = (n * rows.size + top) * columns.size + left;
  float best[V];
  loadWide<V>(x, xType, corner * channels + c, best);
  for (int k = 0; k < V; k++) {
    place[k] = corner;
  }
  for (int row = top; row < bottom; row++) {
    for (int column = left; column < right; column++) {
      unsigned pixel = (n * rows.size + row) * columns.size + column;
      float v[V];
      loadWide<V>(x, xType, pixel * channels + c, v);
      for (int k = 0; k < V; k++) {
        bool isBetter = v[k] > best[k] || v[k] != v[k];
        best[k] = isBetter ? v[k] : best[k];
        place[k] = isBetter ? pixel : place[k];
      }
    }
  }
}

template <int V>
__device__ __forceinline__ void maxPool(Windows rows, Windows columns, const void* x, int xType,
                                        const void* values, int valuesType, void* y, int yType,
                                        unsigned size, unsigned height, unsigned width,
                                        unsigned channels) {
  unsigned step = gridDim.x * blockDim.x * V;
  for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < size; i += step) {
    Pixel to(i, height, width, channels);
    unsigned place[V];
    largest<V>(rows, columns, x, xType, to.n, to.h, to.w, to.c, channels, place);
    float picked[V];
    for (int k = 0; k < V; k++) {
      picked[k] = load(values, valuesType, place[k] * channels + to.c + k);
    }
    store(y, yType, i, picked);
  }
}

/** y = what stands in values where x is the largest of each window; size, height, width are y's. */
extern "C" __global__ void __launch_bounds__(256, 4)
    max_pool(const void* x, int xType, const void* values, int valuesType, void* y, int yType,
             unsigned size, unsigned height, unsigned width, unsigned channels, int kernelH,
             int strideH, int top, int xHeight, int kernelW, int strideW, int left, int xWidth) {
  Windows rows = {kernelH, strideH, top, xHeight};
  Windows columns = {kernelW, strideW, left, xWidth};
  if (inQuads(channels, x, xType, y, yType)) {
    maxPool<4>(rows, columns, x, xType, values, valuesType, y, yType, size, height, width, channels);
  } else {
    maxPool<1>(rows, columns, x, xType, values, valuesType, y, yType, size, height, width, channels);
  }
}

template <int V>
__device__ __forceinline__ void maxPoolAdjoint(Windows rows, Windows columns, const void* x, int xType,
                                               const void* dy, int dyType, void* dx, int dxType,
                                               unsigned size, unsigned channels, int yHeight,
                                               int yWidth) {
  unsigned step = gridDim.x * blockDim.x * V;
  for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < size; i += step) {
    Pixel at(i, rows.size, columns.size, channels);
    unsigned pixel = i / channels;
    float sum[V] = {};
    for (int h = rows.firstAt(at.h); h < rows.endAt(at.h, yHeight); h++) {
      for (int w = columns.firstAt(at.w); w < columns.endAt(at.w, yWidth); w++) {
        unsigned place[V];
        largest<V>(rows, columns, x, xType, at.n, h, w, at.c, channels, place);
        unsigned from = ((at.n * yHeight + h) * yWidth + w) * channels + at.c;
        for (int k = 0; k < V; k++) {
          if (place[k] == pixel) {
            sum[k] += load(dy, dyType, from + k);
          }
        }
      }
    }
    store(dx, dxType, i, sum);
  }
}

/** dx = the sums of dy over the windows of which a pixel is the largest; size is dx's. */
extern "C" __global__ void __launch_bounds__(256, 4)
    max_pool_adjoint(const void* x, int xType, const void* dy, int dyType, void* dx, int dxType,
                     unsigned size, int yHeight, int yWidth, unsigned channels, int kernelH,
                     int strideH, int top, int xHeight, int kernelW, int strideW, int left,
                     int xWidth) {
  Windows rows = {kernelH, strideH, top, xHeight};
  Windows columns = {kernelW, strideW, left, xWidth};
  if (inQuads(channels, x, xType, dx, dxType)) {
    maxPoolAdjoint<4>(rows, columns, x, xType, dy, dyType, dx, dxType, size, channels, yHeight,
                      yWidth);
  } else {
    maxPoolAdjoint<1>(rows, columns, x, xType, dy, dyType, dx, dxType, size, channels, yHeight,
                      yWidth);
  }
}
