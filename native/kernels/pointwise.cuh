// Pointwise operations: memory-bound, so each thread keeps two accesses of 16 bytes of every operand in
// flight, neighbouring threads touch neighbouring quads, and the arithmetic hides behind the loads.
#pragma once

/**
 * Runs an operation over `size` elements: quads where `aligned`, then what is left one by one.
 *
 * An operation has load(i), which only loads the quad at element i, finish(i, loaded), which computes
 * and stores it, and element(i).
 */
template <typename Operation>
__device__ __forceinline__ void forEach(const Operation& f, unsigned size, bool aligned) {
  unsigned first = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned step = gridDim.x * blockDim.x;
  unsigned quads = aligned ? size / 4 : 0;
  for (unsigned q = first; q < quads; q += 2 * step) {
    bool two = q + step < quads;
    unsigned r = two ? q + step : q;
    auto a = f.load(4 * q);
    auto b = f.load(4 * r);
    f.finish(4 * q, a);
    if (two) {
      f.finish(4 * r, b);
    }
  }
  for (unsigned i = 4 * quads + first; i < size; i += step) {
    f.element(i);
  }
}

/** Unary, numbered as the launching class does. */
enum UnaryFunction {
  AFFINE,
  LEAKY_RELU,
  EXP,
  LOG,
  SQRT,
  RECIPROCAL,
  ABS,
  SIGN,
  SQUARE,
  TANH,
  SIGMOID,
  SOFTPLUS,
  CLIP
};

__device__ __forceinline__ float unary(int f, float p, float q, float x) {
  switch (f) {
    case AFFINE:
      return p * x + q;
    case LEAKY_RELU:
      return leakyRelu(x, p);
    case EXP:
      return expf(x);
    case LOG:
      return logf(x);
    case SQRT:
      return sqrtf(x);
    case RECIPROCAL:
      return 1.0f / x;
    case ABS:
      return fabsf(x);
    case SIGN:
      return x > 0 ? 1.0f : x < 0 ? -1.0f : x;
    case SQUARE:
      return x * x;
    case TANH:
      return tanhf(x);
    case SIGMOID:
      return 1.0f / (1.0f + expf(-x));
    case CLIP:
      return x < p ? p : x > q ? q : x;
    default:
      return fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x)));
  }
}

struct Map {
  int f;
  float p, q;
  const void* x;
  int xType;
  void* y;
  int yType;

  __device__ __forceinline__ Raw<4> load(unsigned i) const { return loadRaw<4>(x, xType, i); }

  __device__ __forceinline__ void finish(unsigned i, Raw<4> raw) const {
    float v[4];
    widen(raw, xType, v);
    for (int k = 0; k < 4; k++) {
      v[k] = unary(f, p, q, v[k]);
    }
    store(y, yType, i, v);
  }

  __device__ __forceinline__ void element(unsigned i) const {
    store(y, yType, i, unary(f, p, q, ::load(x, xType, i)));
  }
};

/** y = f(x), flat over all elements; y may be x. */
extern "C" __global__ void __launch_bounds__(256)
    map(int f, float p, float q, const void* x, int xType, void* y, int yType, unsigned size) {
  forEach(Map{f, p, q, x, xType, y, yType}, size, isAligned(x, xType) && isAligned(y, yType));
}

/** Binary, numbered as the launching class does. */
enum BinaryFunction { ADD, SUB, MUL, DIV, LEAKY_RELU_GRADIENT };

__device__ __forceinline__ float binary(int f, float p, float a, float b) {
  switch (f) {
    case ADD:
      return a + b;
    case SUB:
      return a - b;
    case MUL:
      return a * b;
    case DIV:
      return a / b;
    default:
      return a > 0 ? b : p * b;
  }
}

struct Pair {
  Raw<4> a, b;
};

/** An operand of one element is loaded once and stands for all: the other one sets the traffic. */
struct Zip {
  int f;
  float p;
  const void* a;
  int aType;
  bool aIsScalar;
  float aScalar;
  const void* b;
  int bType;
  bool bIsScalar;
  float bScalar;
  void* y;
  int yType;

  __device__ __forceinline__ Pair load(unsigned i) const {
    Pair pair = {};
    if (!aIsScalar) {
      pair.a = loadRaw<4>(a, aType, i);
    }
    if (!bIsScalar) {
      pair.b = loadRaw<4>(b, bType, i);
    }
    return pair;
  }

  __device__ __forceinline__ void finish(unsigned i, Pair pair) const {
    float u[4], v[4];
    widen(pair.a, aType, u);
    widen(pair.b, bType, v);
    for (int k = 0; k < 4; k++) {
      u[k] = binary(f, p, aIsScalar ? aScalar : u[k], bIsScalar ? bScalar : v[k]);
    }
    store(y, yType, i, u);
  }

  __device__ __forceinline__ void element(unsigned i) const {
    float u = aIsScalar ? aScalar : ::load(a, aType, i);
    float v = bIsScalar ? bScalar : ::load(b, bType, i);
    store(y, yType, i, binary(f, p, u, v));
  }
};

/** y = f(a, b), flat: operands of y's shape or of one element; y may be an operand of its shape. */
extern "C" __global__ void __launch_bounds__(256)
    zip(int f, float p, const void* a, int aType, int aIsScalar, const void* b, int bType,
        int bIsScalar, void* y, int yType, unsigned size) {
  bool aligned = (aIsScalar || isAligned(a, aType)) && (bIsScalar || isAligned(b, bType)) &&
                 isAligned(y, yType);
  float aScalar = aIsScalar ? load(a, aType, 0) : 0;
  float bScalar = bIsScalar ? load(b, bType, 0) : 0;
  forEach(Zip{f, p, a, aType, aIsScalar != 0, aScalar, b, bType, bIsScalar != 0, bScalar, y, yType},
          size, aligned);
}

/** Position in an array of four dimensions in the order of storage, the last one fastest. */
struct Position {
  unsigned i0, i1, i2, i3;

  __device__ __forceinline__ Position(unsigned i, unsigned d1, unsigned d2, unsigned d3) {
    i3 = i % d3;
    i /= d3;
    i2 = i % d2;
    i /= d2;
    i1 = i % d1;
    i0 = i / d1;
  }

  __device__ __forceinline__ unsigned index(unsigned s0, unsigned s1, unsigned s2,
                                            unsigned s3) const {
    return i0 * s0 + i1 * s1 + i2 * s2 + i3 * s3;
  }
};

/** V elements along the fastest dimension, in which the operand has stride 1, or 0: one element. */
template <int V>
__device__ __forceinline__ void loadStrided(const void* p, int type, unsigned i, unsigned stride,
                                            float (&v)[V]) {
  if (V > 1 && stride == 0) {
    v[0] = load(p, type, i);
    for (int k = 1; k < V; k++) {
      v[k] = v[0];
    }
  } else {
    loadWide<V>(p, type, i, v);
  }
}

template <int V>
__device__ __forceinline__ void zipBroadcast(int f, float p, const void* a, int aType, unsigned a0,
                                             unsigned a1, unsigned a2, unsigned a3, const void* b,
                                             int bType, unsigned b0, unsigned b1, unsigned b2,
                                             unsigned b3, void* y, int yType, unsigned size,
                                             unsigned d1, unsigned d2, unsigned d3) {
  unsigned step = gridDim.x * blockDim.x * V;
  for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < size; i += step) {
    Position at(i, d1, d2, d3);
    float u[V], v[V];
    loadStrided<V>(a, aType, at.index(a0, a1, a2, a3), a3, u);
    loadStrided<V>(b, bType, at.index(b0, b1, b2, b3), b3, v);
    for (int k = 0; k < V; k++) {
      u[k] = binary(f, p, u[k], v[k]);
    }
    store(y, yType, i, u);
  }
}

/**
 * y = f(a, b) with any broadcasting. Dimensions are those of y in the order of storage, neighbours
 * merged where both operands allow; an operand's stride is 0 where it is repeated. With the channels
 * fastest, a bias or a scale per channel is read as quads that stay in the cache.
 */
extern "C" __global__ void __launch_bounds__(256)
    zip_broadcast(int f, float p, const void* a, int aType, unsigned a0, unsigned a1, unsigned a2,
                  unsigned a3, const void* b, int bType, unsigned b0, unsigned b1, unsigned b2,
                  unsigned b3, void* y, int yType, unsigned size, unsigned d1, unsigned d2,
                  unsigned d3) {
  bool quads = d3 % 4 == 0 && (a3 == 0 || isAligned(a, aType)) && (b3 == 0 || isAligned(b, bType)) &&
               isAligned(y, yType);
  if (quads) {
    zipBroadcast<4>(f, p, a, aType, a0, a1, a2, a3, b, bType, b0, b1, b2, b3, y, yType, size, d1, d2,
                    d3);
  } else {
    zipBroadcast<1>(f, p, a, aType, a0, a1, a2, a3, b, bType, b0, b1, b2, b3, y, yType, size, d1, d2,
                    d3);
  }
}

struct Accumulate {
  float alpha;
  const void* x;
  int xType;
  void* y;
  int yType;

  __device__ __forceinline__ Pair load(unsigned i) const {
    return {loadRaw<4>(x, xType, i), loadRaw<4>(y, yType, i)};
  }

  __device__ __forceinline__ void finish(unsigned i, Pair pair) const {
    float u[4], v[4];
    widen(pair.a, xType, u);
    widen(pair.b, yType, v);
    for (int k = 0; k < 4; k++) {
      v[k] += alpha * u[k];
    }
    store(y, yType, i, v);
  }

  __device__ __forceinline__ void element(unsigned i) const {
    store(y, yType, i, ::load(y, yType, i) + alpha * ::load(x, xType, i));
  }
};

/** y += alpha * x, flat. */
extern "C" __global__ void __launch_bounds__(256)
    accumulate(float alpha, const void* x, int xType, void* y, int yType, unsigned size) {
  forEach(Accumulate{alpha, x, xType, y, yType}, size, isAligned(x, xType) && isAligned(y, yType));
}

struct Copy {
  const void* x;
  int xType;
  void* y;
  int yType;

  __device__ __forceinline__ Raw<4> load(unsigned i) const { return loadRaw<4>(x, xType, i); }

  __device__ __forceinline__ void finish(unsigned i, Raw<4> raw) const {
    float v[4];
    widen(raw, xType, v);
    store(y, yType, i, v);
  }

  __device__ __forceinline__ void element(unsigned i) const {
    store(y, yType, i, ::load(x, xType, i));
  }
};

/** y = x, flat: the conversion between fp32 and bf16. */
extern "C" __global__ void __launch_bounds__(256)
    copy(const void* x, int xType, void* y, int yType, unsigned size) {
  forEach(Copy{x, xType, y, yType}, size, isAligned(x, xType) && isAligned(y, yType));
}

template <int V>
__device__ __forceinline__ void copyBroadcast(const void* x, int xType, unsigned x0, unsigned x1,
                                              unsigned x2, unsigned x3, void* y, int yType,
                                              unsigned size, unsigned d1, unsigned d2, unsigned d3) {
  unsigned step = gridDim.x * blockDim.x * V;
  for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < size; i += step) {
    float v[V];
    loadStrided<V>(x, xType, Position(i, d1, d2, d3).index(x0, x1, x2, x3), x3, v);
    store(y, yType, i, v);
  }
}

/** y = x, repeated where x's stride is 0; dimensions as in zip_broadcast. */
extern "C" __global__ void __launch_bounds__(256)
    copy_broadcast(const void* x, int xType, unsigned x0, unsigned x1, unsigned x2, unsigned x3,
                   void* y, int yType, unsigned size, unsigned d1, unsigned d2, unsigned d3) {
  if (d3 % 4 == 0 && (x3 == 0 || isAligned(x, xType)) && isAligned(y, yType)) {
    copyBroadcast<4>(x, xType, x0, x1, x2, x3, y, yType, size, d1, d2, d3);
  } else {
    copyBroadcast<1>(x, xType, x0, x1, x2, x3, y, yType, size, d1, d2, d3);
  }
}

struct Fill {
  float value;
  void* y;
  int yType;

  __device__ __forceinline__ int load(unsigned) const { return 0; }

  __device__ __forceinline__ void finish(unsigned i, int) const {
    float v[4] = {value, value, value, value};
    store(y, yType, i, v);
  }

  __device__ __forceinline__ void element(unsigned i) const { store(y, yType, i, value); }
};

/** y = value everywhere. */
extern "C" __global__ void __launch_bounds__(256)
    fill(float value, void* y, int yType, unsigned size) {
  forEach(Fill{value, y, yType}, size, isAligned(y, yType));
}

template <int V>
__device__ __forceinline__ void biasActivation(const void* x, int xType, const float* bias,
                                               float slope, void* y, int yType, unsigned size,
                                               unsigned channels) {
  unsigned step = gridDim.x * blockDim.x * V;
  for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < size; i += step) {
    float v[V];
    loadWide<V>(x, xType, i, v);
    unsigned c = i % channels;
    for (int k = 0; k < V; k++) {
      v[k] = leakyRelu(v[k] + bias[c + k], slope);
    }
    store(y, yType, i, v);
  }
}

/** y = LeakyReLU(x + bias[channel]), flat with the channels fastest; y may be x. */
extern "C" __global__ void __launch_bounds__(256)
    bias_activation(const void* x, int xType, const float* bias, float slope, void* y, int yType,
                    unsigned size, unsigned channels) {
  if (channels % 4 == 0 && isAligned(x, xType) && isAligned(y, yType)) {
    biasActivation<4>(x, xType, bias, slope, y, yType, size, channels);
  } else {
    biasActivation<1>(x, xType, bias, slope, y, yType, size, channels);
  }
}
