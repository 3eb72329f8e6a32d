// Sums over some of the dimensions, in a fixed order.
#pragma once

/**
 * How the threads of a block share an array [outer][rows][lanes]: `lanes` of them lie side by side along
 * the fastest dimension, `rows` of them along the one that is summed, the rest along the outer one. All
 * three are powers of two.
 */
struct Tile {
  unsigned lanes, rows, lane, row, outer;

  __device__ __forceinline__ Tile(unsigned lanes, unsigned rows) : lanes(lanes), rows(rows) {
    lane = threadIdx.x % lanes;
    row = threadIdx.x / lanes % rows;
    outer = threadIdx.x / lanes / rows;
  }

  /** How many of the outer dimension a block holds. */
  __device__ __forceinline__ unsigned outers() const { return blockDim.x / lanes / rows; }
};

/**
 * Adds up v over the rows of a tile; row 0 gets the sums. `shared` has room for V floats a thread, one
 * plane of blockDim.x for each of the V, so that neighbouring threads use neighbouring banks.
 */
template <int V>
__device__ __forceinline__ void sumRows(const Tile& tile, float* shared, float (&v)[V]) {
  __syncthreads();
  for (int k = 0; k < V; k++) {
    shared[k * blockDim.x + threadIdx.x] = v[k];
  }
  for (unsigned half = tile.rows / 2; half > 0; half /= 2) {
    __syncthreads();
    if (tile.row < half) {
      for (int k = 0; k < V; k++) {
        float* own = shared + k * blockDim.x + threadIdx.x;
        *own += own[half * tile.lanes];
      }
    }
  }
  for (int k = 0; k < V; k++) {
    v[k] = shared[k * blockDim.x + threadIdx.x];
  }
}

template <int V>
__device__ __forceinline__ void sumBody(const void* x, int xType, void* y, int yType, unsigned outer,
                                        unsigned rows, unsigned inner, unsigned splits, Tile tile,
                                        float* shared) {
  const int U = 4;
  unsigned tiles = ceilDiv(inner, tile.lanes * V);
  unsigned groups = ceilDiv(outer, tile.outers());
  unsigned length = ceilDiv(rows, splits);
  for (unsigned block = blockIdx.x; block < tiles * splits * groups; block += gridDim.x) {
    unsigned i = (block % tiles * tile.lanes + tile.lane) * V;
    unsigned split = block / tiles % splits;
    unsigned o = block / tiles / splits * tile.outers() + tile.outer;
    bool inside = i < inner && o < outer;
    unsigned last = smaller(rows, (split + 1) * length);
    float sum[V] = {};
    if (inside) {
      for (unsigned r = split * length + tile.row; r < last; r += U * tile.rows) {
        Raw<V> raw[U] = {};
#pragma unroll
        for (int u = 0; u < U; u++) {
          unsigned at = r + u * tile.rows;
          if (at < last) {
            raw[u] = loadRaw<V>(x, xType, (o * rows + at) * inner + i);
          }
        }
#pragma unroll
        for (int u = 0; u < U; u++) {
          float v[V];
          widen(raw[u], xType, v);
          for (int k = 0; k < V; k++) {
            sum[k] += v[k];
          }
        }
      }
    }
    sumRows<V>(tile, shared, sum);
    if (inside && tile.row == 0) {
      store(y, yType, (o * splits + split) * inner + i, sum);
    }
  }
}

/**
 * y[outer][splits][inner] = sums of x[outer][rows][inner] over its rows, each split summing a run of
 * ceil(rows / splits) of them. Every sum over dimensions is one or more of these: with splits, the
 * second call sums what the first one left. Threads lie along whatever is contiguous: the channels of a
 * bias gradient (lanes), or the elements of a full sum (rows, inner being 1 or a quad).
 */
extern "C" __global__ void __launch_bounds__(256)
    sum(const void* x, int xType, void* y, int yType, unsigned outer, unsigned rows, unsigned inner,
        unsigned lanes, unsigned tileRows, unsigned splits) {
  __shared__ float shared[4 * 256];
  Tile tile(lanes, tileRows);
  if (inner % 4 == 0 && isAligned(x, xType) && isAligned(y, yType)) {
    sumBody<4>(x, xType, y, yType, outer, rows, inner, splits, tile, shared);
  } else {
    sumBody<1>(x, xType, y, yType, outer, rows, inner, splits, tile, shared);
  }
}
