// Normalisation of tensors of any size: batch, instance, layer and group norm are one family that differs
// in which elements share a mean.
//
// A tensor is seen as [samples][pixels][channels] (NHWC). Forward: norm_moments reads x and leaves mean
// and squared deviations of every channel in each of `splits` runs of pixels of a sample; norm_table
// merges those of a set; norm_apply reads x again and writes y. Backward: norm_backward_sums,
// norm_backward_table and norm_backward_apply in the same way. With moments that are given, norm_apply
// alone is the forward pass.
//
// Batch norm has its samples merged into one plane where its affine parameters are per channel.
#pragma once

/**
 * Which elements share a mean: those of set n * stride + c / channels. A stride of 0 puts all samples
 * together (batch norm).
 */
struct Sets {
  unsigned stride, channels;

  __device__ __forceinline__ unsigned of(unsigned n, unsigned c) const {
    return n * stride + c / channels;
  }
};

/** Gamma or beta: absent, per channel (stride 0), or per sample and channel (stride = channels). */
struct Parameter {
  const float* values;
  unsigned stride;

  __device__ __forceinline__ float at(unsigned n, unsigned c, float absent) const {
    return values == nullptr ? absent : values[n * stride + c];
  }
};

/** A mean, the sum of squared deviations from it, and of how many elements. */
struct Moments {
  float count, mean, m2;

  /**
   * Chan, Golub and LeVeque 1979: the moments of both. Nothing is ever the difference of two large
   * squares, however far from 0 the elements lie.
   */
  __device__ __forceinline__ void merge(float otherCount, float otherMean, float otherM2) {
    float total = count + otherCount;
    if (otherCount > 0) {
      float share = otherCount / total;
      float difference = otherMean - mean;
      mean += difference * share;
      m2 += otherM2 + difference * difference * (count * share);
      count = total;
    }
  }
};

/**
 * Merges moments over the rows of a tile; row 0 gets the result. `shared` has room for (2 V + 1) floats
 * a thread.
 */
template <int V>
__device__ __forceinline__ void mergeRows(const Tile& tile, float* shared, float count,
                                          float (&mean)[V], float (&m2)[V]) {
  unsigned size = blockDim.x;
  float* counts = shared + threadIdx.x;
  float* means = counts + size;
  float* m2s = means + V * size;
  __syncthreads();
  *counts = count;
  for (int k = 0; k < V; k++) {
    means[k * size] = mean[k];
    m2s[k * size] = m2[k];
  }
  for (unsigned half = tile.rows / 2; half > 0; half /= 2) {
    __syncthreads();
    if (tile.row < half) {
      unsigned other = half * tile.lanes;
      float total = count;
      for (int k = 0; k < V; k++) {
        Moments both{count, mean[k], m2[k]};
        both.merge(counts[other], means[k * size + other], m2s[k * size + other]);
        mean[k] = both.mean;
        m2[k] = both.m2;
        means[k * size] = mean[k];
        m2s[k * size] = m2[k];
        total = both.count;
      }
      count = total;
      *counts = count;
    }
  }
}

template <int V>
__device__ __forceinline__ void momentsBody(const void* x, int xType, float* partial, unsigned samples,
                                            unsigned pixels, unsigned channels, unsigned splits,
                                            Tile tile, float* shared) {
  const int U = 4;
  unsigned tiles = ceilDiv(channels, tile.lanes * V);
  unsigned groups = ceilDiv(samples, tile.outers());
  unsigned length = ceilDiv(pixels, splits);
  float* partialM2 = partial + static_cast<unsigned long long>(samples) * splits * channels;
  for (unsigned block = blockIdx.x; block < tiles * splits * groups; block += gridDim.x) {
    unsigned c = (block % tiles * tile.lanes + tile.lane) * V;
    unsigned split = block / tiles % splits;
    unsigned n = block / tiles / splits * tile.outers() + tile.outer;
    bool inside = c < channels && n < samples;
    unsigned last = smaller(pixels, (split + 1) * length);
    float count = 0;
    float mean[V] = {}, m2[V] = {};
    if (inside) {
      for (unsigned p = split * length + tile.row; p < last; p += U * tile.rows) {
        Raw<V> raw[U] = {};
#pragma unroll
        for (int u = 0; u < U; u++) {
          unsigned at = p + u * tile.rows;
          if (at < last) {
            raw[u] = loadRaw<V>(x, xType, (n * pixels + at) * channels + c);
          }
        }
        float v[U][V];
        float sum[V] = {};
#pragma unroll
        for (int u = 0; u < U; u++) {
          widen(raw[u], xType, v[u]);
          for (int k = 0; k < V; k++) {
            sum[k] += v[u][k];
          }
        }
        float loaded = static_cast<float>(smaller(U, ceilDiv(last - p, tile.rows)));
        float each = 1.0f / loaded;
        float squares[V] = {};
#pragma unroll
        for (int u = 0; u < U; u++) {
          for (int k = 0; k < V; k++) {
            float deviation = p + u * tile.rows < last ? v[u][k] - sum[k] * each : 0;
            squares[k] += deviation * deviation;
          }
        }
        float total = count + loaded;
        float share = loaded / total;
        for (int k = 0; k < V; k++) {
          float difference = sum[k] * each - mean[k];
          mean[k] += difference * share;
          m2[k] += squares[k] + difference * difference * (count * share);
        }
        count = total;
      }
    }
    mergeRows<V>(tile, shared, count, mean, m2);
    if (inside && tile.row == 0) {
      unsigned at = (n * splits + split) * channels + c;
      for (int k = 0; k < V; k++) {
        partial[at + k] = mean[k];
        partialM2[at + k] = m2[k];
      }
    }
  }
}

/**
 * Moments of each channel in each run of pixels: partial[2][samples][splits][channels] gets the means,
 * then the sums of squared deviations. x is read once: four pixels a thread are on their way at a time,
 * their own mean and deviations come from registers and are merged into the running ones.
 */
extern "C" __global__ void __launch_bounds__(256)
    norm_moments(const void* x, int xType, float* partial, unsigned samples, unsigned pixels,
                 unsigned channels, unsigned splits, unsigned lanes, unsigned tileRows) {
  __shared__ float shared[9 * 256];
  Tile tile(lanes, tileRows);
  if (channels % 4 == 0 && isAligned(x, xType)) {
    momentsBody<4>(x, xType, partial, samples, pixels, channels, splits, tile, shared);
  } else {
    momentsBody<1>(x, xType, partial, samples, pixels, channels, splits, tile, shared);
  }
}

/**
 * Merges what norm_moments left into mean and (biased) variance of each set: lanes are sets, rows share
 * the sets' entries. With one channel a set, neighbouring lanes read neighbouring entries; with more,
 * lanes is 1 and neighbouring rows do.
 */
extern "C" __global__ void __launch_bounds__(512, 1)
    norm_table(const float* partial, float* mean, float* variance, unsigned samples, unsigned pixels,
               unsigned channels, unsigned splits, unsigned setChannels, unsigned lanes,
               unsigned tileRows) {
  __shared__ float shared[3 * 512];
  Tile tile(lanes, tileRows);
  unsigned setsPerSample = channels / setChannels;
  unsigned sets = samples * setsPerSample;
  unsigned length = ceilDiv(pixels, splits);
  const float* partialM2 = partial + static_cast<unsigned long long>(samples) * splits * channels;
  for (unsigned first = blockIdx.x * lanes; first < sets; first += gridDim.x * lanes) {
    unsigned set = first + tile.lane;
    Moments moments{0, 0, 0};
    if (set < sets) {
      unsigned n = set / setsPerSample;
      unsigned c = set % setsPerSample * setChannels;
#pragma unroll 4
      for (unsigned e = tile.row; e < splits * setChannels; e += tile.rows) {
        unsigned split = e / setChannels;
        unsigned at = (n * splits + split) * channels + c + e % setChannels;
        float count = static_cast<float>(smaller(length, pixels - split * length));
        moments.merge(count, partial[at], partialM2[at]);
      }
    }
    float setMean[1] = {moments.mean};
    float m2[1] = {moments.m2};
    mergeRows<1>(tile, shared, moments.count, setMean, m2);
    if (set < sets && tile.row == 0) {
      mean[set] = setMean[0];
      variance[set] = m2[0] / (static_cast<float>(pixels) * static_cast<float>(setChannels));
    }
  }
}

/** What maps x to its normalised value and to the activation's argument, for V channels. */
template <int V>
struct Scaling {
  float mean[V], rstd[V], scale[V], shift[V];

  __device__ __forceinline__ Scaling(const float* means, const float* variances, Sets sets,
                                     Parameter gamma, Parameter beta, float eps, unsigned n,
                                     unsigned c) {
    for (int k = 0; k < V; k++) {
      unsigned set = sets.of(n, c + k);
      mean[k] = means[set];
      rstd[k] = 1.0f / sqrtf(variances[set] + eps);
      scale[k] = gamma.at(n, c + k, 1) * rstd[k];
      shift[k] = beta.at(n, c + k, 0);
    }
  }

  /** Subtracts the mean first: folded into the shift, it would cost digits where it is large. */
  __device__ __forceinline__ float affine(int k, float x) const {
    return (x - mean[k]) * scale[k] + shift[k];
  }

  /** The gradient before the activation. */
  __device__ __forceinline__ float dz(int k, float x, float dy, float slope) const {
    return affine(k, x) > 0 ? dy : slope * dy;
  }
};

template <int V>
__device__ __forceinline__ void applyBody(const void* x, int xType, void* y, int yType,
                                          const float* mean, const float* variance, Sets sets,
                                          Parameter gamma, Parameter beta, float eps, float slope,
                                          unsigned samples, unsigned pixels, unsigned channels,
                                          unsigned splits, Tile tile) {
  const int U = 4;
  unsigned tiles = ceilDiv(channels, tile.lanes * V);
  unsigned groups = ceilDiv(samples, tile.outers());
  unsigned length = ceilDiv(pixels, splits);
  unsigned blocks = tiles * splits * groups;
  for (unsigned b = blockIdx.x; b < blocks; b += gridDim.x) {
    unsigned block = blocks - 1 - b;
    unsigned c = (block % tiles * tile.lanes + tile.lane) * V;
    unsigned split = block / tiles % splits;
    unsigned n = block / tiles / splits * tile.outers() + tile.outer;
    if (c >= channels || n >= samples) {
      continue;
    }
    Scaling<V> scaling(mean, variance, sets, gamma, beta, eps, n, c);
    unsigned last = smaller(pixels, (split + 1) * length);
    for (unsigned p = split * length + tile.row; p < last; p += U * tile.rows) {
      Raw<V> raw[U] = {};
#pragma unroll
      for (int u = 0; u < U; u++) {
        unsigned at = p + u * tile.rows;
        if (at < last) {
          raw[u] = loadRaw<V>(x, xType, (n * pixels + at) * channels + c);
        }
      }
#pragma unroll
      for (int u = 0; u < U; u++) {
        unsigned at = p + u * tile.rows;
        if (at < last) {
          float v[V];
          widen(raw[u], xType, v);
          for (int k = 0; k < V; k++) {
            v[k] = leakyRelu(scaling.affine(k, v[k]), slope);
          }
          store(y, yType, (n * pixels + at) * channels + c, v);
        }
      }
    }
  }
}

/**
 * y = LeakyReLU((x - mean) / sqrt(variance + eps) * gamma + beta). A thread keeps its channels' table in
 * registers and goes along the pixels, four at a time. Blocks run from the end of x to its beginning,
 * because what norm_moments read last is still in the second-level cache.
 */
extern "C" __global__ void __launch_bounds__(256)
    norm_apply(const void* x, int xType, void* y, int yType, const float* mean, const float* variance,
               unsigned setStride, unsigned setChannels, const float* gamma, unsigned gammaStride,
               const float* beta, unsigned betaStride, float eps, float slope, unsigned samples,
               unsigned pixels, unsigned channels, unsigned splits, unsigned lanes,
               unsigned tileRows) {
  Tile tile(lanes, tileRows);
  Sets sets{setStride, setChannels};
  Parameter g{gamma, gammaStride};
  Parameter b{beta, betaStride};
  if (channels % 4 == 0 && isAligned(x, xType) && isAligned(y, yType)) {
    applyBody<4>(x, xType, y, yType, mean, variance, sets, g, b, eps, slope, samples, pixels, channels,
                 splits, tile);
  } else {
    applyBody<1>(x, xType, y, yType, mean, variance, sets, g, b, eps, slope, samples, pixels, channels,
                 splits, tile);
  }
}

template <int V>
__device__ __forceinline__ void backwardSumsBody(const void* x, int xType, const void* dy, int dyType,
                                                 const float* mean, const float* variance, Sets sets,
                                                 Parameter gamma, Parameter beta, float eps,
                                                 float slope, float* sumsDz, float* sumsDzXhat,
                                                 unsigned samples, unsigned pixels, unsigned channels,
                                                 unsigned splits, Tile tile, float* shared) {
  const int U = 4;
  unsigned tiles = ceilDiv(channels, tile.lanes * V);
  unsigned groups = ceilDiv(samples, tile.outers());
  unsigned length = ceilDiv(pixels, splits);
  for (unsigned block = blockIdx.x; block < tiles * splits * groups; block += gridDim.x) {
    unsigned c = (block % tiles * tile.lanes + tile.lane) * V;
    unsigned split = block / tiles % splits;
    unsigned n = block / tiles / splits * tile.outers() + tile.outer;
    bool inside = c < channels && n < samples;
    unsigned last = smaller(pixels, (split + 1) * length);
    float sums[2 * V] = {};
    if (inside) {
      Scaling<V> scaling(mean, variance, sets, gamma, beta, eps, n, c);
      for (unsigned p = split * length + tile.row; p < last; p += U * tile.rows) {
        Raw<V> rawX[U] = {}, rawDy[U] = {};
#pragma unroll
        for (int u = 0; u < U; u++) {
          unsigned at = p + u * tile.rows;
          if (at < last) {
            unsigned i = (n * pixels + at) * channels + c;
            rawX[u] = loadRaw<V>(x, xType, i);
            rawDy[u] = loadRaw<V>(dy, dyType, i);
          }
        }
#pragma unroll
        for (int u = 0; u < U; u++) {
          float v[V], g[V];
          widen(rawX[u], xType, v);
          widen(rawDy[u], dyType, g);
          for (int k = 0; k < V; k++) {
            float dz = scaling.dz(k, v[k], g[k], slope);
            sums[k] += dz;
            sums[V + k] += dz * (v[k] - scaling.mean[k]);
          }
        }
      }
      for (int k = 0; k < V; k++) {
        sums[V + k] *= scaling.rstd[k];
      }
    }
    sumRows<2 * V>(tile, shared, sums);
    if (inside && tile.row == 0) {
      unsigned at = (n * splits + split) * channels + c;
      for (int k = 0; k < V; k++) {
        sumsDz[at + k] = sums[k];
        sumsDzXhat[at + k] = sums[V + k];
      }
    }
  }
}

/**
 * For each channel and run of pixels the sums of dz, the gradient before the activation, and of dz times
 * the normalised x, each [samples][splits][channels]. x and dy are read once; what lies behind the end
 * of a run counts as a gradient of 0.
 */
extern "C" __global__ void __launch_bounds__(256)
    norm_backward_sums(const void* x, int xType, const void* dy, int dyType, const float* mean,
                       const float* variance, unsigned setStride, unsigned setChannels,
                       const float* gamma, unsigned gammaStride, const float* beta,
                       unsigned betaStride, float eps, float slope, float* sumsDz, float* sumsDzXhat,
                       unsigned samples, unsigned pixels, unsigned channels, unsigned splits,
                       unsigned lanes, unsigned tileRows) {
  __shared__ float shared[8 * 256];
  Tile tile(lanes, tileRows);
  Sets sets{setStride, setChannels};
  Parameter g{gamma, gammaStride};
  Parameter b{beta, betaStride};
  if (channels % 4 == 0 && isAligned(x, xType) && isAligned(dy, dyType)) {
    backwardSumsBody<4>(x, xType, dy, dyType, mean, variance, sets, g, b, eps, slope, sumsDz,
                        sumsDzXhat, samples, pixels, channels, splits, tile, shared);
  } else {
    backwardSumsBody<1>(x, xType, dy, dyType, mean, variance, sets, g, b, eps, slope, sumsDz,
                        sumsDzXhat, samples, pixels, channels, splits, tile, shared);
  }
}

/** The means of gamma * dz and of gamma * dz * xhat over each set. */
__device__ __forceinline__ void backwardMeans(const float* sumsDz, const float* sumsDzXhat,
                                              Sets sets, Parameter gamma, float* means,
                                              unsigned samples, unsigned pixels, unsigned channels,
                                              unsigned splits, Tile tile, float* shared) {
  unsigned setsPerSample = channels / sets.channels;
  unsigned count = sets.stride == 0 ? setsPerSample : samples * setsPerSample;
  unsigned setSamples = sets.stride == 0 ? samples : 1;
  float elements = static_cast<float>(setSamples) * static_cast<float>(pixels) *
                   static_cast<float>(sets.channels);
  for (unsigned first = blockIdx.x * tile.lanes; first < count; first += gridDim.x * tile.lanes) {
    unsigned set = first + tile.lane;
    float sums[2] = {};
    if (set < count) {
      unsigned n = set / setsPerSample;
      unsigned c = set % setsPerSample * sets.channels;
#pragma unroll 4
      for (unsigned e = tile.row; e < setSamples * splits * sets.channels; e += tile.rows) {
        unsigned run = n * splits + e / sets.channels;
        unsigned channel = c + e % sets.channels;
        float weight = gamma.at(run / splits, channel, 1);
        sums[0] += weight * sumsDz[run * channels + channel];
        sums[1] += weight * sumsDzXhat[run * channels + channel];
      }
    }
    sumRows<2>(tile, shared, sums);
    if (set < count && tile.row == 0) {
      means[set] = sums[0] / elements;
      means[count + set] = sums[1] / elements;
    }
  }
}

/** The gradient of gamma or beta: sums over pixels, and over samples where the parameter has none. */
__device__ __forceinline__ void backwardParameter(const float* sums, float* gradient,
                                                  bool perSample, unsigned samples,
                                                  unsigned channels, unsigned splits, Tile tile,
                                                  float* shared) {
  unsigned count = perSample ? samples * channels : channels;
  unsigned runs = perSample ? splits : samples * splits;
  for (unsigned first = blockIdx.x * tile.lanes; first < count; first += gridDim.x * tile.lanes) {
    unsigned i = first + tile.lane;
    float sum[1] = {};
    if (i < count) {
      const float* entries = sums + i / channels * splits * channels;
#pragma unroll 4
      for (unsigned run = tile.row; run < runs; run += tile.rows) {
        sum[0] += entries[run * channels + i % channels];
      }
    }
    sumRows<1>(tile, shared, sum);
    if (i < count && tile.row == 0) {
      gradient[i] = sum[0];
    }
  }
}

/**
 * Three small reductions of what norm_backward_sums left, in one launch, told apart by blockIdx.y: the
 * means over each set (means[2][sets]), the gradient of gamma, the gradient of beta; what is null is not
 * wanted. The strides of gamma and beta are those of their gradients.
 */
extern "C" __global__ void __launch_bounds__(512, 1)
    norm_backward_table(const float* sumsDz, const float* sumsDzXhat, float* means, unsigned setStride,
                        unsigned setChannels, const float* gamma, unsigned gammaStride, float* dgamma,
                        float* dbeta, unsigned betaStride, unsigned samples, unsigned pixels,
                        unsigned channels, unsigned splits, unsigned setLanes) {
  __shared__ float shared[2 * 512];
  Tile parameters(8, blockDim.x / 8);
  if (blockIdx.y == 0 && means != nullptr) {
    backwardMeans(sumsDz, sumsDzXhat, Sets{setStride, setChannels}, Parameter{gamma, gammaStride},
                  means, samples, pixels, channels, splits, Tile(setLanes, blockDim.x / setLanes),
                  shared);
  } else if (blockIdx.y == 1 && dgamma != nullptr) {
    backwardParameter(sumsDzXhat, dgamma, gammaStride != 0, samples, channels, splits, parameters,
                      shared);
  } else if (blockIdx.y == 2 && dbeta != nullptr) {
    backwardParameter(sumsDz, dbeta, betaStride != 0, samples, channels, splits, parameters, shared);
  }
}

template <int V>
__device__ __forceinline__ void backwardApplyBody(const void* x, int xType, const void* dy, int dyType,
                                                  void* dx, int dxType, const float* mean,
                                                  const float* variance, Sets sets, Parameter gamma,
                                                  Parameter beta, const float* means, unsigned count,
                                                  float eps, float slope, unsigned samples,
                                                  unsigned pixels, unsigned channels, unsigned splits,
                                                  Tile tile) {
  const int U = 2;
  unsigned tiles = ceilDiv(channels, tile.lanes * V);
  unsigned groups = ceilDiv(samples, tile.outers());
  unsigned length = ceilDiv(pixels, splits);
  unsigned blocks = tiles * splits * groups;
  for (unsigned b = blockIdx.x; b < blocks; b += gridDim.x) {
    unsigned block = blocks - 1 - b;
    unsigned c = (block % tiles * tile.lanes + tile.lane) * V;
    unsigned split = block / tiles % splits;
    unsigned n = block / tiles / splits * tile.outers() + tile.outer;
    if (c >= channels || n >= samples) {
      continue;
    }
    Scaling<V> scaling(mean, variance, sets, gamma, beta, eps, n, c);
    float offset[V], slopeXhat[V];
    for (int k = 0; k < V; k++) {
      unsigned set = sets.of(n, c + k);
      float meanDz = means == nullptr ? 0 : means[set];
      float meanDzXhat = means == nullptr ? 0 : means[count + set];
      offset[k] = meanDz * scaling.rstd[k];
      slopeXhat[k] = meanDzXhat * scaling.rstd[k] * scaling.rstd[k];
    }
    unsigned last = smaller(pixels, (split + 1) * length);
    for (unsigned p = split * length + tile.row; p < last; p += U * tile.rows) {
      Raw<V> rawX[U] = {}, rawDy[U] = {};
#pragma unroll
      for (int u = 0; u < U; u++) {
        unsigned at = p + u * tile.rows;
        if (at < last) {
          unsigned i = (n * pixels + at) * channels + c;
          rawX[u] = loadRaw<V>(x, xType, i);
          rawDy[u] = loadRaw<V>(dy, dyType, i);
        }
      }
#pragma unroll
      for (int u = 0; u < U; u++) {
        unsigned at = p + u * tile.rows;
        if (at < last) {
          float v[V], g[V];
          widen(rawX[u], xType, v);
          widen(rawDy[u], dyType, g);
          for (int k = 0; k < V; k++) {
            float dz = scaling.dz(k, v[k], g[k], slope);
            float deviation = v[k] - scaling.mean[k];
            g[k] = scaling.scale[k] * dz - offset[k] - deviation * slopeXhat[k];
          }
          store(dx, dxType, (n * pixels + at) * channels + c, g);
        }
      }
    }
  }
}

/**
 * dx = (gamma dz - mean(gamma dz) - xhat mean(gamma dz xhat)) / sqrt(variance + eps), the means[2][count]
 * being those of the element's set; null where the moments are constants. Reads x and dy, from the end
 * to the beginning as norm_apply does, and writes dx.
 */
extern "C" __global__ void __launch_bounds__(256)
    norm_backward_apply(const void* x, int xType, const void* dy, int dyType, void* dx, int dxType,
                        const float* mean, const float* variance, unsigned setStride,
                        unsigned setChannels, const float* gamma, unsigned gammaStride,
                        const float* beta, unsigned betaStride, const float* means, unsigned count,
                        float eps, float slope, unsigned samples, unsigned pixels, unsigned channels,
                        unsigned splits, unsigned lanes, unsigned tileRows) {
  Tile tile(lanes, tileRows);
  Sets sets{setStride, setChannels};
  Parameter g{gamma, gammaStride};
  Parameter b{beta, betaStride};
  bool quads = channels % 4 == 0 && isAligned(x, xType) && isAligned(dy, dyType) &&
               isAligned(dx, dxType);
  if (quads) {
    backwardApplyBody<4>(x, xType, dy, dyType, dx, dxType, mean, variance, sets, g, b, means, count,
                         eps, slope, samples, pixels, channels, splits, tile);
  } else {
    backwardApplyBody<1>(x, xType, dy, dyType, dx, dxType, mean, variance, sets, g, b, means, count,
                         eps, slope, samples, pixels, channels, splits, tile);
  }
}
