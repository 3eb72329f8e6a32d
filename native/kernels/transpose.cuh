// Changes of the order of storage.
#pragma once

/**
 * For each batch b, y[b * yBatch + j * yRow + i] = x[b * xBatch + i * xRow + j] for i < rows and j <
 * columns: every change between NCHW, NHWC, OIHW, HWIO and KRSC. Tiles of 32 x 32 go through shared
 * memory, so that both sides are read and written along their contiguous dimension; the 33rd column
 * keeps a tile's column in 32 different banks.
 */
extern "C" __global__ void __launch_bounds__(256)
    transpose(const void* x, int xType, void* y, int yType, unsigned batch, unsigned rows,
              unsigned columns, unsigned xBatch, unsigned xRow, unsigned yBatch, unsigned yRow) {
  __shared__ float tile[32][33];
  unsigned lane = threadIdx.x % 32;
  unsigned first = threadIdx.x / 32;
  unsigned tilesAcross = ceilDiv(columns, 32);
  unsigned tilesDown = ceilDiv(rows, 32);
  for (unsigned block = blockIdx.x; block < batch * tilesDown * tilesAcross; block += gridDim.x) {
    unsigned column = block % tilesAcross * 32;
    unsigned row = block / tilesAcross % tilesDown * 32;
    unsigned b = block / tilesAcross / tilesDown;
    __syncthreads();
    for (unsigned r = first; r < 32; r += 8) {
      if (row + r < rows && column + lane < columns) {
        tile[r][lane] = load(x, xType, b * xBatch + (row + r) * xRow + column + lane);
      }
    }
    __syncthreads();
    for (unsigned r = first; r < 32; r += 8) {
      if (column + r < columns && row + lane < rows) {
        store(y, yType, b * yBatch + (column + r) * yRow + row + lane, tile[lane][r]);
      }
    }
  }
}

/** The axes of a result, and how far neighbours along each are apart in the source. */
struct Axes {
  unsigned sizes[6];
  unsigned strides[6];
};

/**
 * Any order of up to six axes: y is contiguous, and an axis that is not there has size 1. Writes are
 * contiguous, reads where the last axis stays the last.
 */
extern "C" __global__ void __launch_bounds__(256)
    permute(const void* x, int xType, void* y, int yType, unsigned size, unsigned size0,
            unsigned size1, unsigned size2, unsigned size3, unsigned size4, unsigned size5,
            unsigned stride0, unsigned stride1, unsigned stride2, unsigned stride3,
            unsigned stride4, unsigned stride5) {
  Axes axes = {{size0, size1, size2, size3, size4, size5},
               {stride0, stride1, stride2, stride3, stride4, stride5}};
  unsigned step = gridDim.x * blockDim.x;
  for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < size; i += step) {
    unsigned rest = i;
    unsigned from = 0;
#pragma unroll
    for (int axis = 5; axis >= 0; axis--) {
      from += rest % axes.sizes[axis] * axes.strides[axis];
      rest /= axes.sizes[axis];
    }
    store(y, yType, i, load(x, xType, from));
  }
}
