// Nearest upsampling, reflection padding, and any linear map of both sides. All gather: each thread
// computes one piece of the output, so nothing is added up concurrently, and writes are contiguous along the channels. What is
// read more than once is read by neighbours at the same time and comes from the caches.
#pragma once

/** A pixel of an N x height x width image batch and its first channel. */
struct Pixel {
  unsigned n, h, w, c;

  __device__ __forceinline__ Pixel(unsigned i, unsigned height, unsigned width, unsigned channels) {
    c = i % channels;
    i /= channels;
    w = i % width;
    i /= width;
    h = i % height;
    n = i / height;
  }
};

/** Whether the channels split into quads that can be accessed at once. */
__device__ __forceinline__ bool inQuads(unsigned channels, const void* x, int xType, const void* y,
                                        int yType) {
  return channels % 4 == 0 && isAligned(x, xType) && isAligned(y, yType);
}

template <int V>
__device__ __forceinline__ void upsample(unsigned factor, const void* x, int xType, void* y,
                                         int yType, unsigned size, unsigned height, unsigned width,
                                         unsigned channels) {
  unsigned step = gridDim.x * blockDim.x * V;
  for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < size; i += step) {
    Pixel to(i, height, width, channels);
    unsigned row = to.n * (height / factor) + to.h / factor;
    float v[V];
    loadWide<V>(x, xType, (row * (width / factor) + to.w / factor) * channels + to.c, v);
    store(y, yType, i, v);
  }
}

/** y[n][h][w][c] = x[n][h / factor][w / factor][c]; size, height and width are y's. */
extern "C" __global__ void __launch_bounds__(256)
    upsample_nearest(unsigned factor, const void* x, int xType, void* y, int yType, unsigned size,
                     unsigned height, unsigned width, unsigned channels) {
  if (inQuads(channels, x, xType, y, yType)) {
    upsample<4>(factor, x, xType, y, yType, size, height, width, channels);
  } else {
    upsample<1>(factor, x, xType, y, yType, size, height, width, channels);
  }
}

template <int V>
__device__ __forceinline__ void upsampleAdjoint(unsigned factor, const void* dy, int dyType, void* dx,
                                                int dxType, unsigned size, unsigned height,
                                                unsigned width, unsigned channels) {
  unsigned step = gridDim.x * blockDim.x * V;
  for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < size; i += step) {
    Pixel to(i, height, width, channels);
    unsigned row = (to.n * height + to.h) * factor;
    float sum[V] = {};
    for (unsigned h = 0; h < factor; h++) {
      for (unsigned w = 0; w < factor; w++) {
        unsigned pixel = (row + h) * (width * factor) + to.w * factor + w;
        float v[V];
        loadWide<V>(dy, dyType, pixel * channels + to.c, v);
        for (int k = 0; k < V; k++) {
          sum[k] += v[k];
        }
      }
    }
    store(dx, dxType, i, sum);
  }
}

/** dx[n][h][w][c] = the sum of dy's block of factor x factor pixels; size, height, width are dx's. */
extern "C" __global__ void __launch_bounds__(256)
    upsample_nearest_adjoint(unsigned factor, const void* dy, int dyType, void* dx, int dxType,
                             unsigned size, unsigned height, unsigned width, unsigned channels) {
  if (inQuads(channels, dy, dyType, dx, dxType)) {
    upsampleAdjoint<4>(factor, dy, dyType, dx, dxType, size, height, width, channels);
  } else {
    upsampleAdjoint<1>(factor, dy, dyType, dx, dxType, size, height, width, channels);
  }
}

/** Which pixel of 0 .. size - 1 the padded position shows; at is counted from the first of them. */
__device__ __forceinline__ unsigned reflected(int at, int size) {
  return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
}

template <int V>
__device__ __forceinline__ void pad(const void* x, int xType, void* y, int yType, unsigned size,
                                    unsigned height, unsigned width, unsigned channels, unsigned top,
                                    unsigned left, unsigned xHeight, unsigned xWidth) {
  unsigned step = gridDim.x * blockDim.x * V;
  for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < size; i += step) {
    Pixel to(i, height, width, channels);
    unsigned h = reflected(static_cast<int>(to.h) - static_cast<int>(top), xHeight);
    unsigned w = reflected(static_cast<int>(to.w) - static_cast<int>(left), xWidth);
    float v[V];
    loadWide<V>(x, xType, ((to.n * xHeight + h) * xWidth + w) * channels + to.c, v);
    store(y, yType, i, v);
  }
}

/** y = x padded by mirroring at the border pixels; size, height and width are y's. */
extern "C" __global__ void __launch_bounds__(256)
    reflect_pad(const void* x, int xType, void* y, int yType, unsigned size, unsigned height,
                unsigned width, unsigned channels, unsigned top, unsigned left, unsigned xHeight,
                unsigned xWidth) {
  if (inQuads(channels, x, xType, y, yType)) {
    pad<4>(x, xType, y, yType, size, height, width, channels, top, left, xHeight, xWidth);
  } else {
    pad<1>(x, xType, y, yType, size, height, width, channels, top, left, xHeight, xWidth);
  }
}

/**
 * The padded positions that show one position of a side: itself, its mirror image before the side and
 * its mirror image behind it, where they exist.
 */
struct Images {
  unsigned at[3];
  int count;

  __device__ __forceinline__ Images(unsigned i, unsigned size, unsigned before, unsigned padded) {
    at[0] = i + before;
    at[1] = before - i;
    at[2] = 2 * (size - 1) - i + before;
    bool hasFirst = i > 0 && i <= before;
    bool hasSecond = i + 1 < size && at[2] < padded;
    if (!hasFirst) {
      at[1] = at[2];
    }
    count = 1 + hasFirst + hasSecond;
  }
};

template <int V>
__device__ __forceinline__ void padAdjoint(const void* dy, int dyType, void* dx, int dxType,
                                           unsigned size, unsigned height, unsigned width,
                                           unsigned channels, unsigned top, unsigned left,
                                           unsigned yHeight, unsigned yWidth) {
  unsigned step = gridDim.x * blockDim.x * V;
  for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < size; i += step) {
    Pixel to(i, height, width, channels);
    Images rows(to.h, height, top, yHeight);
    Images columns(to.w, width, left, yWidth);
    float sum[V] = {};
#pragma unroll
    for (int r = 0; r < 3; r++) {
#pragma unroll
      for (int s = 0; s < 3; s++) {
        if (r < rows.count && s < columns.count) {
          unsigned pixel = (to.n * yHeight + rows.at[r]) * yWidth + columns.at[s];
          float v[V];
          loadWide<V>(dy, dyType, pixel * channels + to.c, v);
          for (int k = 0; k < V; k++) {
            sum[k] += v[k];
          }
        }
      }
    }
    store(dx, dxType, i, sum);
  }
}

/** dx = each pixel's gradient and those of its mirror images; size, height and width are dx's. */
extern "C" __global__ void __launch_bounds__(256)
    reflect_pad_adjoint(const void* dy, int dyType, void* dx, int dxType, unsigned size,
                        unsigned height, unsigned width, unsigned channels, unsigned top,
                        unsigned left, unsigned yHeight, unsigned yWidth) {
  if (inQuads(channels, dy, dyType, dx, dxType)) {
    padAdjoint<4>(dy, dyType, dx, dxType, size, height, width, channels, top, left, yHeight, yWidth);
  } else {
    padAdjoint<1>(dy, dyType, dx, dxType, size, height, width, channels, top, left, yHeight, yWidth);
  }
}

/**
 * A map of one side as the launching class lays it out: where the taps of each output start and those
 * of the last one end, which inputs they are, and their weights.
 */
struct AxisMap {
  const int* starts;
  const int* indices;
  const float* weights;

  __device__ __forceinline__ AxisMap(const int* table, unsigned outputs) {
    starts = table;
    indices = starts + outputs + 1;
    weights = reinterpret_cast<const float*>(indices + starts[outputs]);
  }
};

template <int V>
__device__ __forceinline__ void resample(AxisMap rows, AxisMap columns, const void* x, int xType,
                                         void* y, int yType, unsigned size, unsigned height,
                                         unsigned width, unsigned channels, unsigned xHeight,
                                         unsigned xWidth) {
  unsigned step = gridDim.x * blockDim.x * V;
  for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < size; i += step) {
    Pixel to(i, height, width, channels);
    int end = columns.starts[to.w + 1];
    float sum[V] = {};
    for (int r = rows.starts[to.h]; r < rows.starts[to.h + 1]; r++) {
      unsigned row = (to.n * xHeight + rows.indices[r]) * xWidth;
      float mixed[V] = {};
      for (int s = columns.starts[to.w]; s < end; s++) {
        float weight = columns.weights[s];
        float v[V];
        loadWide<V>(x, xType, (row + columns.indices[s]) * channels + to.c, v);
        for (int k = 0; k < V; k++) {
          mixed[k] += weight * v[k];
        }
      }
      for (int k = 0; k < V; k++) {
        sum[k] += rows.weights[r] * mixed[k];
      }
    }
    store(y, yType, i, sum);
  }
}

/** y = the sums of x's pixels that the maps say; size, height and width are y's. */
extern "C" __global__ void __launch_bounds__(256)
    resample_axes(const int* rows, const int* columns, const void* x, int xType, void* y, int yType,
                  unsigned size, unsigned height, unsigned width, unsigned channels,
                  unsigned xHeight, unsigned xWidth) {
  AxisMap down(rows, height);
  AxisMap across(columns, width);
  if (inQuads(channels, x, xType, y, yType)) {
    resample<4>(down, across, x, xType, y, yType, size, height, width, channels, xHeight, xWidth);
  } else {
    resample<1>(down, across, x, xType, y, yType, size, height, width, channels, xHeight, xWidth);
  }
}
