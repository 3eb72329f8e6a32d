// Elements: what is stored, how it is loaded and stored, one at a time or four.
#pragma once

/** Types of elements, numbered as lanewise.backend.ElementType does. */
constexpr int F32 = 0;
constexpr int BF16 = 1;

/** What one access moves; the alignment makes it one instruction. */
struct alignas(16) Words4 {
  unsigned x, y, z, w;
};

struct alignas(8) Words2 {
  unsigned x, y;
};

/** bf16 is the upper half of a float. */
__device__ __forceinline__ float fromBf16(unsigned bits) { return __uint_as_float(bits << 16); }

/** Rounds to the nearest bf16, ties to even; NaN stays NaN. */
__device__ __forceinline__ unsigned toBf16(float value) {
  unsigned bits = __float_as_uint(value);
  unsigned rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  bool isNan = (bits & 0x7fffffffu) > 0x7f800000u;
  return isNan ? (bits >> 16) | 0x40u : rounded;
}

__device__ __forceinline__ unsigned toBf16Pair(float low, float high) {
  return toBf16(low) | toBf16(high) << 16;
}

__device__ __forceinline__ float load(const void* p, int type, unsigned i) {
  return type == F32 ? static_cast<const float*>(p)[i]
                     : fromBf16(static_cast<const unsigned short*>(p)[i]);
}

__device__ __forceinline__ void store(void* p, int type, unsigned i, float value) {
  if (type == F32) {
    static_cast<float*>(p)[i] = value;
  } else {
    static_cast<unsigned short*>(p)[i] = static_cast<unsigned short>(toBf16(value));
  }
}

/** Whether four elements at a time can be loaded and stored from p on. */
__device__ __forceinline__ bool isAligned(const void* p, int type) {
  return reinterpret_cast<unsigned long long>(p) % (type == F32 ? 16 : 8) == 0;
}

/**
 * V neighbouring elements as they came from memory, not yet widened: kernels first issue all their
 * loads and then look at what arrived, so that the latencies overlap. A type known only at run time
 * costs a predicate, not a wait.
 */
template <int V>
struct Raw;

template <>
struct Raw<1> {
  float value;
};

template <>
struct Raw<4> {
  Words4 words;
};

/** Loads the V elements from index i on, a multiple of V. */
template <int V>
__device__ __forceinline__ Raw<V> loadRaw(const void* p, int type, unsigned i);

template <>
__device__ __forceinline__ Raw<1> loadRaw<1>(const void* p, int type, unsigned i) {
  return {load(p, type, i)};
}

template <>
__device__ __forceinline__ Raw<4> loadRaw<4>(const void* p, int type, unsigned i) {
  if (type == F32) {
    return {static_cast<const Words4*>(p)[i / 4]};
  }
  Words2 pairs = static_cast<const Words2*>(p)[i / 4];
  return {{pairs.x, pairs.y, 0, 0}};
}

__device__ __forceinline__ void widen(Raw<1> raw, int, float (&v)[1]) { v[0] = raw.value; }

__device__ __forceinline__ void widen(Raw<4> raw, int type, float (&v)[4]) {
  Words4 r = raw.words;
  bool wide = type == F32;
  v[0] = __uint_as_float(wide ? r.x : r.x << 16);
  v[1] = __uint_as_float(wide ? r.y : r.x & 0xffff0000u);
  v[2] = __uint_as_float(wide ? r.z : r.y << 16);
  v[3] = __uint_as_float(wide ? r.w : r.y & 0xffff0000u);
}

__device__ __forceinline__ void store(void* p, int type, unsigned i, const float (&v)[1]) {
  store(p, type, i, v[0]);
}

__device__ __forceinline__ void store(void* p, int type, unsigned i, const float (&v)[4]) {
  if (type == F32) {
    static_cast<Words4*>(p)[i / 4] = {
        __float_as_uint(v[0]), __float_as_uint(v[1]), __float_as_uint(v[2]), __float_as_uint(v[3])};
  } else {
    static_cast<Words2*>(p)[i / 4] = {toBf16Pair(v[0], v[1]), toBf16Pair(v[2], v[3])};
  }
}

/** The V elements from index i on, a multiple of V. */
template <int V>
__device__ __forceinline__ void loadWide(const void* p, int type, unsigned i, float (&v)[V]) {
  widen(loadRaw<V>(p, type, i), type, v);
}

__device__ __forceinline__ float leakyRelu(float x, float slope) { return x > 0 ? x : slope * x; }

__device__ __forceinline__ unsigned ceilDiv(unsigned a, unsigned b) { return (a + b - 1) / b; }

__device__ __forceinline__ unsigned smaller(unsigned a, unsigned b) { return a < b ? a : b; }
