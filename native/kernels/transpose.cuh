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
