// The kernels of Lanewise that cuDNN lacks, as one unit for nvcc (build.sh) and, with the emulator's
// definitions of CUDA's words, for a C++ compiler.
//
// Rules that all of them keep:
//   - Elements lie as on every backend of Lanewise: activations NHWC, filters [kh][kw][in][out].
//   - An operand is a pointer and a type (kernels/elements.cuh); arithmetic is fp32 whatever is stored.
//     Parameters, their gradients, statistics and partial sums are always fp32: plain float pointers.
//   - A tensor has less than 2^31 elements: indices are unsigned 32-bit numbers, addresses 64-bit.
//   - Results are the same bits in every run: sums have a fixed order, and there are no atomics.
//   - Any grid is right: a block goes on to the next piece of work while there is one. Grids and blocks
//     are one-dimensional, so that no size meets the limits of the other dimensions.
//   - Operands may start anywhere; accesses of 16 bytes (8 for bf16) need them aligned, and kernels
//     that use them are told so or look at the address.

#include "kernels/elements.cuh"

#include "kernels/pointwise.cuh"

#include "kernels/reduction.cuh"

#include "kernels/transpose.cuh"

#include "kernels/gemm.cuh"

#include "kernels/resampling.cuh"

#include "kernels/channels.cuh"

#include "kernels/pooling.cuh"

#include "kernels/dropout.cuh"

#include "kernels/adam.cuh"

#include "kernels/norm.cuh"

#include "kernels/norm_resident.cuh"
