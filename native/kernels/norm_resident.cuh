// Normalisation of planes that fit into the registers of a block: one launch, one read of each input, one
// write. The family in norm.cuh reads everything twice, and is for what does not fit.
//
// A block takes one sample and `lanes` vectors of neighbouring channels, with all their pixels: thread
// (lane, row) holds the pixels row, row + rows, ... of its vector, at most PIXELS of them, as they came
// from memory. All loads are under way before the first is used. Sets of several channels (group norm)
// lie within the block's channels.
#pragma once

/** Threads of a block at most; what the kernels of this file are launched with is a power of two. */
constexpr int RESIDENT_THREADS = 512;

/** Four channels as they are stored, by the type of the elements. */
template <int TYPE>
struct Stored;

template <>
struct Stored<F32> {
  Words4 words;

  __device__ __forceinline__ void unpack(float (&v)[4]) const { widen(Raw<4>{words}, F32, v); }

  __device__ __forceinline__ void forget() {
    asm volatile("" : "+r"(words.x), "+r"(words.y), "+r"(words.z), "+r"(words.w));
  }
};

template <>
struct Stored<BF16> {
  Words2 words;

  __device__ __forceinline__ void unpack(float (&v)[4]) const {
    widen(Raw<4>{{words.x, words.y, 0, 0}}, BF16, v);
  }

  __device__ __forceinline__ void forget() { asm volatile("" : "+r"(words.x), "+r"(words.y)); }
};

/**
 * Makes the compiler forget what it knows of values in registers, so that it computes again from them
 * instead of keeping results, which for all the pixels would not fit into registers.
 */
template <int TYPE, int PIXELS>
__device__ __forceinline__ void forget(Stored<TYPE> (&x)[PIXELS], unsigned& step) {
#pragma unroll
  for (int u = 0; u < PIXELS; u++) {
    x[u].forget();
  }
  asm volatile("" : "+r"(step));
}

/**
 * Adds up v over the rows of a tile and gives every row the sums: first within each warp, whose lanes of
 * one column are a power of two apart, then over the warps. `shared` has room for K values of each of 32
 * lanes in each warp.
 */
template <int K>
__device__ __forceinline__ void sumChannels(const Tile& tile, float* shared, float (&v)[K]) {
  for (unsigned apart = tile.lanes; apart < 32; apart *= 2) {
#pragma unroll
    for (int k = 0; k < K; k++) {
      v[k] += __shfl_xor_sync(0xffffffffu, v[k], apart);
    }
  }
  unsigned width = tile.lanes * K;
  unsigned warps = blockDim.x / 32;
  __syncthreads();
  if (threadIdx.x % 32 < tile.lanes) {
#pragma unroll
    for (int k = 0; k < K; k++) {
      shared[threadIdx.x / 32 * width + k * tile.lanes + tile.lane] = v[k];
    }
  }
  __syncthreads();
  for (unsigned i = threadIdx.x; i < width; i += blockDim.x) {
    float sum = shared[i];
    for (unsigned warp = 1; warp < warps; warp++) {
      sum += shared[warp * width + i];
    }
    shared[i] = sum;
  }
  __syncthreads();
#pragma unroll
  for (int k = 0; k < K; k++) {
    v[k] = shared[k * tile.lanes + tile.lane];
  }
}

/** Adds up v, which is the same in all rows, over the channels of each set. */
template <int V>
__device__ __forceinline__ void sumSets(const Tile& tile, unsigned setChannels, float* shared,
                                        float (&v)[V]) {
  if (setChannels == 1) {
    return;
  }
  __syncthreads();
  if (tile.row == 0) {
#pragma unroll
    for (int k = 0; k < V; k++) {
      shared[tile.lane * V + k] = v[k];
    }
  }
  __syncthreads();
#pragma unroll
  for (int k = 0; k < V; k++) {
    unsigned first = (tile.lane * V + k) / setChannels * setChannels;
    v[k] = 0;
    for (unsigned i = 0; i < setChannels; i++) {
      v[k] += shared[first + i];
    }
  }
}

template <int TYPE, int PIXELS>
__device__ __forceinline__ void residentForward(const void* x, void* y, float* mean, float* variance,
                                                unsigned setChannels, Parameter gamma, Parameter beta,
                                                float eps, float slope, unsigned samples,
                                                unsigned pixels, unsigned channels, unsigned lanes,
                                                float* shared) {
  const int V = 4;
  Tile tile(lanes, blockDim.x / lanes);
  unsigned vectors = channels / V;
  unsigned tiles = ceilDiv(vectors, lanes);
  float elements = static_cast<float>(pixels) * static_cast<float>(setChannels);
  for (unsigned block = blockIdx.x; block < tiles * samples; block += gridDim.x) {
    unsigned vector = block % tiles * lanes + tile.lane;
    unsigned n = block / tiles;
    unsigned c = vector * V;
    unsigned size = vector < vectors ? pixels : 0;
    unsigned step = tile.rows;
    const Stored<TYPE>* from = static_cast<const Stored<TYPE>*>(x) + (n * pixels * vectors + vector);
    Stored<TYPE> raw[PIXELS] = {};
#pragma unroll
    for (int u = 0; u < PIXELS; u++) {
      unsigned p = tile.row + u * step;
      if (p < size) {
        raw[u] = from[p * vectors];
      }
    }
    float means[V] = {};
#pragma unroll
    for (int u = 0; u < PIXELS; u++) {
      float v[V];
      raw[u].unpack(v);
      for (int k = 0; k < V; k++) {
        means[k] += v[k];
      }
    }
    sumChannels<V>(tile, shared, means);
    sumSets<V>(tile, setChannels, shared, means);
    for (int k = 0; k < V; k++) {
      means[k] /= elements;
    }
    forget(raw, step);
    float variances[V] = {};
#pragma unroll
    for (int u = 0; u < PIXELS; u++) {
      float v[V];
      raw[u].unpack(v);
      bool inside = tile.row + u * step < size;
      for (int k = 0; k < V; k++) {
        float deviation = inside ? v[k] - means[k] : 0;
        variances[k] += deviation * deviation;
      }
    }
    sumChannels<V>(tile, shared, variances);
    sumSets<V>(tile, setChannels, shared, variances);
    forget(raw, step);
    if (size == 0) {
      continue;
    }
    float scale[V], shift[V];
    for (int k = 0; k < V; k++) {
      variances[k] /= elements;
      scale[k] = gamma.at(n, c + k, 1) * (1.0f / sqrtf(variances[k] + eps));
      shift[k] = beta.at(n, c + k, 0);
      if (tile.row == 0 && (c + k) % setChannels == 0) {
        unsigned set = (n * channels + c + k) / setChannels;
        mean[set] = means[k];
        variance[set] = variances[k];
      }
    }
#pragma unroll
    for (int u = 0; u < PIXELS; u++) {
      unsigned p = tile.row + u * step;
      if (p < size) {
        float v[V];
        raw[u].unpack(v);
        for (int k = 0; k < V; k++) {
          v[k] = leakyRelu((v[k] - means[k]) * scale[k] + shift[k], slope);
        }
        store(y, TYPE, ((n * pixels + p) * vectors + vector) * V, v);
      }
    }
  }
}

template <int TYPE, int PIXELS>
__device__ __forceinline__ void residentBackward(const void* x, const void* dy, void* dx,
                                                 const float* mean, const float* variance,
                                                 unsigned setChannels, Parameter gamma, Parameter beta,
                                                 float eps, float slope, float* sumsDz,
                                                 float* sumsDzXhat, unsigned samples, unsigned pixels,
                                                 unsigned channels, unsigned lanes, float* shared) {
  const int V = 4;
  Tile tile(lanes, blockDim.x / lanes);
  unsigned vectors = channels / V;
  unsigned tiles = ceilDiv(vectors, lanes);
  float elements = static_cast<float>(pixels) * static_cast<float>(setChannels);
  for (unsigned block = blockIdx.x; block < tiles * samples; block += gridDim.x) {
    unsigned vector = block % tiles * lanes + tile.lane;
    unsigned n = block / tiles;
    bool present = vector < vectors;
    unsigned size = present ? pixels : 0;
    unsigned step = tile.rows;
    unsigned first = n * pixels * vectors + vector;
    const Stored<TYPE>* fromX = static_cast<const Stored<TYPE>*>(x) + first;
    const Stored<TYPE>* fromDy = static_cast<const Stored<TYPE>*>(dy) + first;
    Stored<TYPE> rawX[PIXELS] = {}, rawDy[PIXELS] = {};
#pragma unroll
    for (int u = 0; u < PIXELS; u++) {
      unsigned p = tile.row + u * step;
      if (p < size) {
        rawX[u] = fromX[p * vectors];
        rawDy[u] = fromDy[p * vectors];
      }
    }
    // A column behind the last channel takes part in the sums with gradients of 0, and has the first
    // channel's table so that it reads nothing else.
    unsigned c = present ? vector * V : 0;
    Sets sets{channels / setChannels, setChannels};
    Scaling<V> scaling(mean, variance, sets, gamma, beta, eps, n, c);
    float sums[2 * V] = {};
#pragma unroll
    for (int u = 0; u < PIXELS; u++) {
      float v[V], g[V];
      rawX[u].unpack(v);
      rawDy[u].unpack(g);
      for (int k = 0; k < V; k++) {
        float dz = scaling.dz(k, v[k], g[k], slope);
        sums[k] += dz;
        sums[V + k] += dz * (v[k] - scaling.mean[k]);
      }
    }
    forget(rawX, step);
    forget(rawDy, step);
    sumChannels<2 * V>(tile, shared, sums);
    float offset[V], slopeXhat[V];
    for (int k = 0; k < V; k++) {
      // Again from the table: in registers from the beginning, it would be one too many.
      float rstd = 1.0f / sqrtf(variance[sets.of(n, c + k)] + eps);
      sums[V + k] *= rstd;
      if (sumsDz != nullptr && present && tile.row == 0) {
        sumsDz[n * channels + c + k] = sums[k];
        sumsDzXhat[n * channels + c + k] = sums[V + k];
      }
      offset[k] = scaling.scale[k] * sums[k] / elements;
      slopeXhat[k] = scaling.scale[k] * rstd * sums[V + k] / elements;
    }
    sumSets<V>(tile, setChannels, shared, offset);
    sumSets<V>(tile, setChannels, shared, slopeXhat);
#pragma unroll
    for (int u = 0; u < PIXELS; u++) {
      unsigned p = tile.row + u * step;
      if (p < size) {
        float v[V], g[V];
        rawX[u].unpack(v);
        rawDy[u].unpack(g);
        for (int k = 0; k < V; k++) {
          float dz = scaling.dz(k, v[k], g[k], slope);
          float deviation = v[k] - scaling.mean[k];
          g[k] = scaling.scale[k] * dz - offset[k] - deviation * slopeXhat[k];
        }
        store(dx, TYPE, ((n * pixels + p) * vectors + vector) * V, g);
      }
    }
  }
}

/**
 * The forward pass with moments of the input: y and the tables of mean and variance. x and y are of one
 * type and aligned to quads of elements, and the channels split into quads. Launched with no more
 * threads than the plane needs, several blocks share a multiprocessor, and one loads while another one
 * stores.
 */
#define NORM_RESIDENT_FORWARD(NAME, TYPE, PIXELS)                                                      \
  extern "C" __global__ void __launch_bounds__(RESIDENT_THREADS, 1)                                    \
      NAME(const void* x, void* y, float* mean, float* variance, unsigned setChannels,                 \
           const float* gamma, unsigned gammaStride, const float* beta, unsigned betaStride, float eps,\
           float slope, unsigned samples, unsigned pixels, unsigned channels, unsigned lanes) {        \
    __shared__ float shared[RESIDENT_THREADS * 4];                                                     \
    residentForward<TYPE, PIXELS>(x, y, mean, variance, setChannels, Parameter{gamma, gammaStride},    \
                                  Parameter{beta, betaStride}, eps, slope, samples, pixels, channels,  \
                                  lanes, shared);                                                      \
  }

NORM_RESIDENT_FORWARD(norm_resident_forward_f32_4, F32, 4)
NORM_RESIDENT_FORWARD(norm_resident_forward_f32_8, F32, 8)
NORM_RESIDENT_FORWARD(norm_resident_forward_f32_16, F32, 16)
NORM_RESIDENT_FORWARD(norm_resident_forward_bf16_8, BF16, 8)
NORM_RESIDENT_FORWARD(norm_resident_forward_bf16_16, BF16, 16)
NORM_RESIDENT_FORWARD(norm_resident_forward_bf16_32, BF16, 32)

/**
 * dx, through moments of the input, and if sumsDz is not null the sums of dz and of dz times the
 * normalised x of each sample and channel, as norm_backward_sums leaves them with one split. Conditions
 * are those of the forward pass.
 */
#define NORM_RESIDENT_BACKWARD(NAME, TYPE, PIXELS)                                                     \
  extern "C" __global__ void __launch_bounds__(RESIDENT_THREADS, 1)                                    \
      NAME(const void* x, const void* dy, void* dx, const float* mean, const float* variance,          \
           unsigned setChannels, const float* gamma, unsigned gammaStride, const float* beta,          \
           unsigned betaStride, float eps, float slope, float* sumsDz, float* sumsDzXhat,              \
           unsigned samples, unsigned pixels, unsigned channels, unsigned lanes) {                     \
    __shared__ float shared[RESIDENT_THREADS * 8];                                                     \
    residentBackward<TYPE, PIXELS>(x, dy, dx, mean, variance, setChannels,                             \
                                   Parameter{gamma, gammaStride}, Parameter{beta, betaStride}, eps,    \
                                   slope, sumsDz, sumsDzXhat, samples, pixels, channels, lanes,        \
                                   shared);                                                            \
  }

NORM_RESIDENT_BACKWARD(norm_resident_backward_f32_4, F32, 4)
NORM_RESIDENT_BACKWARD(norm_resident_backward_f32_8, F32, 8)
NORM_RESIDENT_BACKWARD(norm_resident_backward_bf16_8, BF16, 8)
NORM_RESIDENT_BACKWARD(norm_resident_backward_bf16_16, BF16, 16)
