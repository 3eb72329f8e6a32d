// Matrix products in fp32.
#pragma once

struct alignas(16) Floats4 {
  float x, y, z, w;
};

/**
 * One side of a product as a matrix of k x width, element (k, i) at k * strideK + i * strideI, one of the
 * strides being 1: both transposes, without moving anything.
 */
struct Side {
  const void* p;
  int type;
  unsigned strideK, strideI, width;
};

/**
 * Loads a tile of DEPTH x WIDTH from (k, i) on, 0 outside of the matrix: DEPTH * WIDTH / 256 elements a
 * thread, neighbouring threads along whichever dimension is contiguous.
 */
template <int WIDTH, int DEPTH>
__device__ __forceinline__ void loadTile(const Side& side, unsigned k, unsigned last, unsigned i,
                                         float (&v)[WIDTH * DEPTH / 256]) {
#pragma unroll
  for (int u = 0; u < WIDTH * DEPTH / 256; u++) {
    unsigned t = threadIdx.x + u * 256;
    unsigned atK = k + (side.strideI == 1 ? t / WIDTH : t % DEPTH);
    unsigned atI = i + (side.strideI == 1 ? t % WIDTH : t / DEPTH);
    bool inside = atK < last && atI < side.width;
    v[u] = inside ? load(side.p, side.type, atK * side.strideK + atI * side.strideI) : 0;
  }
}

/** Rows of a tile in shared memory are padded by 16 bytes: its columns lie in different banks. */
template <int WIDTH, int DEPTH>
__device__ __forceinline__ void storeTile(const Side& side, float (*tile)[WIDTH + 4],
                                          const float (&v)[WIDTH * DEPTH / 256]) {
#pragma unroll
  for (int u = 0; u < WIDTH * DEPTH / 256; u++) {
    unsigned t = threadIdx.x + u * 256;
    if (side.strideI == 1) {
      tile[t / WIDTH][t % WIDTH] = v[u];
    } else {
      tile[t % DEPTH][t / DEPTH] = v[u];
    }
  }
}

/** QUADS runs of 4 neighbouring elements, `WIDTH / QUADS` apart. */
template <int QUADS, int WIDTH>
__device__ __forceinline__ void loadFragment(const float* row, float (&v)[4 * QUADS]) {
#pragma unroll
  for (int q = 0; q < QUADS; q++) {
    Floats4 f = *reinterpret_cast<const Floats4*>(row + q * (WIDTH / QUADS));
    v[4 * q] = f.x;
    v[4 * q + 1] = f.y;
    v[4 * q + 2] = f.z;
    v[4 * q + 3] = f.w;
  }
}

/**
 * C tiles of SIDE x SIDE by 16 x 16 threads, each with 4 * QUADS squared sums in registers. While a slice
 * of DEPTH is multiplied out of one half of the shared memory, the next one is on its way to registers
 * and goes to the other half: one barrier a slice.
 */
template <int SIDE, int DEPTH>
__device__ __forceinline__ void gemmBody(Side a, Side b, float alpha, float beta, void* c, int cType,
                                         unsigned inner, unsigned splits,
                                         float (*shared)[2][DEPTH][SIDE + 4]) {
  const int QUADS = SIDE / 64;
  const int N = 4 * QUADS;
  unsigned tilesAcross = ceilDiv(b.width, SIDE);
  unsigned tilesDown = ceilDiv(a.width, SIDE);
  unsigned length = ceilDiv(inner, splits);
  unsigned across = threadIdx.x % 16 * 4;
  unsigned down = threadIdx.x / 16 * 4;
  for (unsigned block = blockIdx.x; block < tilesAcross * tilesDown * splits; block += gridDim.x) {
    unsigned column = block % tilesAcross * SIDE;
    unsigned row = block / tilesAcross % tilesDown * SIDE;
    unsigned split = block / tilesAcross / tilesDown;
    unsigned last = smaller(inner, (split + 1) * length);
    float sums[N][N] = {};
    float nextA[SIDE * DEPTH / 256], nextB[SIDE * DEPTH / 256];
    unsigned k = split * length;
    loadTile<SIDE, DEPTH>(a, k, last, row, nextA);
    loadTile<SIDE, DEPTH>(b, k, last, column, nextB);
    for (unsigned half = 0; k < last; half ^= 1) {
      float(*tileA)[SIDE + 4] = shared[half][0];
      float(*tileB)[SIDE + 4] = shared[half][1];
      storeTile<SIDE, DEPTH>(a, tileA, nextA);
      storeTile<SIDE, DEPTH>(b, tileB, nextB);
      __syncthreads();
      k += DEPTH;
      loadTile<SIDE, DEPTH>(a, k, last, row, nextA);
      loadTile<SIDE, DEPTH>(b, k, last, column, nextB);
#pragma unroll
      for (int d = 0; d < DEPTH; d++) {
        float u[N], v[N];
        loadFragment<QUADS, SIDE>(tileA[d] + down, u);
        loadFragment<QUADS, SIDE>(tileB[d] + across, v);
#pragma unroll
        for (int i = 0; i < N; i++) {
#pragma unroll
          for (int j = 0; j < N; j++) {
            sums[i][j] += u[i] * v[j];
          }
        }
      }
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < N; i++) {
      unsigned r = row + i / 4 * 64 + down + i % 4;
#pragma unroll
      for (int j = 0; j < N; j++) {
        unsigned s = column + j / 4 * 64 + across + j % 4;
        if (r < a.width && s < b.width) {
          unsigned at = (split * a.width + r) * b.width + s;
          float kept = beta == 0 ? 0 : beta * load(c, cType, at);
          store(c, cType, at, alpha * sums[i][j] + kept);
        }
      }
    }
  }
}

/**
 * c[splits][rows][columns] = alpha * op(a) op(b) + beta * c, each split summing a run of ceil(inner /
 * splits) products; c is not read if beta is 0. Tiles of 128 x 128, for matrices with enough of them to
 * fill the GPU: 64 multiplications for 16 floats read from shared memory.
 */
extern "C" __global__ void __launch_bounds__(256)
    gemm_large(int transposeA, int transposeB, float alpha, const void* a, int aType, const void* b,
               int bType, float beta, void* c, int cType, unsigned rows, unsigned columns,
               unsigned inner, unsigned splits) {
  alignas(16) __shared__ float shared[2][2][8][132];
  Side sideA{a, aType, transposeA ? rows : 1, transposeA ? 1 : inner, rows};
  Side sideB{b, bType, transposeB ? 1 : columns, transposeB ? inner : 1, columns};
  gemmBody<128, 8>(sideA, sideB, alpha, beta, c, cType, inner, splits, shared);
}

/** As gemm_large, in tiles of 64 x 64. */
extern "C" __global__ void __launch_bounds__(256, 2)
    gemm_small(int transposeA, int transposeB, float alpha, const void* a, int aType, const void* b,
               int bType, float beta, void* c, int cType, unsigned rows, unsigned columns,
               unsigned inner, unsigned splits) {
  alignas(16) __shared__ float shared[2][2][16][68];
  Side sideA{a, aType, transposeA ? rows : 1, transposeA ? 1 : inner, rows};
  Side sideB{b, bType, transposeB ? 1 : columns, transposeB ? inner : 1, columns};
  gemmBody<64, 16>(sideA, sideB, alpha, beta, c, cType, inner, splits, shared);
}
