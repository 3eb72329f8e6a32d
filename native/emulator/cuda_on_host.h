// What native/kernels.cu needs to be compiled as C++ for the host.
//
// A kernel is `extern "C" __global__ void name(arguments)`, also if a macro writes it. The threads
// of a block take turns on one thread of the host: each runs until it ends or waits for the others
// at a barrier or in a shuffle (fibers.cpp). So no two of them ever run at once, and what a real
// GPU would do in a race does not show here.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

// build.sh finds the kernels' names by this attribute in the preprocessed source.
#define __global__ __attribute__((section(".text.kernel")))
#define __device__
#define __host__
#define __shared__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};

struct alignas(8) float2 {
  float x, y;
};

struct alignas(16) float4 {
  float x, y, z, w;
};

struct alignas(8) uint2 {
  unsigned x, y;
};

struct alignas(16) uint4 {
  unsigned x, y, z, w;
};

struct alignas(8) int2 {
  int x, y;
};

struct alignas(16) int4 {
  int x, y, z, w;
};

inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline int2 make_int2(int x, int y) { return {x, y}; }
inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }

// Of the thread that runs just now.
extern uint3 threadIdx;
extern uint3 blockIdx;
extern dim3 blockDim;
extern dim3 gridDim;
constexpr int warpSize = 32;

namespace emulator {

// Waits until every thread of the block that has not ended is here.
void blockBarrier();

// Waits until the whole warp is here.
void warpBarrier(unsigned mask);

// Waits until the whole warp has given a value; returns that of `lane`.
uint64_t exchange(unsigned mask, uint64_t value, int lane);

inline int laneOfThread() {
  return static_cast<int>(
      (threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)) % warpSize);
}

template <typename T>
T shuffle(unsigned mask, T value, int lane) {
  static_assert(sizeof(T) <= sizeof(uint64_t), "a shuffle takes at most 64 bits");
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  bits = exchange(mask, bits, lane);
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

template <typename To, typename From>
To bitsAs(From value) {
  static_assert(sizeof(To) == sizeof(From), "the sizes differ");
  To result;
  std::memcpy(&result, &value, sizeof(To));
  return result;
}

}  // namespace emulator

inline void __syncthreads() { emulator::blockBarrier(); }

inline void __syncwarp(unsigned mask = 0xffffffffu) { emulator::warpBarrier(mask); }

template <typename T>
T __shfl_sync(unsigned mask, T value, int source, int width = warpSize) {
  int first = emulator::laneOfThread() / width * width;
  return emulator::shuffle(mask, value, first + source % width);
}

template <typename T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = warpSize) {
  int lane = emulator::laneOfThread();
  int source = lane % width + static_cast<int>(delta);
  return emulator::shuffle(mask, value, source < width ? lane + static_cast<int>(delta) : lane);
}

template <typename T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = warpSize) {
  int lane = emulator::laneOfThread();
  int source = lane % width - static_cast<int>(delta);
  return emulator::shuffle(mask, value, source >= 0 ? lane - static_cast<int>(delta) : lane);
}

template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = warpSize) {
  int lane = emulator::laneOfThread();
  int source = lane ^ bits;
  return emulator::shuffle(mask, value, source / width <= lane / width ? source : lane);
}

inline unsigned __float_as_uint(float x) { return emulator::bitsAs<unsigned>(x); }
inline int __float_as_int(float x) { return emulator::bitsAs<int>(x); }
inline float __uint_as_float(unsigned x) { return emulator::bitsAs<float>(x); }
inline float __int_as_float(int x) { return emulator::bitsAs<float>(x); }
inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline float __expf(float x) { return std::exp(x); }
inline float __logf(float x) { return std::log(x); }
inline float __fdividef(float x, float y) { return x / y; }
inline float __saturatef(float x) { return x > 0 ? (x < 1 ? x : 1) : 0; }
inline float __fmaf_rn(float x, float y, float z) { return std::fma(x, y, z); }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __fsqrt_rn(float x) { return std::sqrt(x); }

template <typename T>
T __ldg(const T* address) {
  return *address;
}

inline int min(int a, int b) { return b < a ? b : a; }
inline unsigned min(unsigned a, unsigned b) { return b < a ? b : a; }
inline long long min(long long a, long long b) { return b < a ? b : a; }
inline float min(float a, float b) { return std::fmin(a, b); }
inline int max(int a, int b) { return a < b ? b : a; }
inline unsigned max(unsigned a, unsigned b) { return a < b ? b : a; }
inline long long max(long long a, long long b) { return a < b ? b : a; }
inline float max(float a, float b) { return std::fmax(a, b); }
