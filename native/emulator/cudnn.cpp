// The emulated cuDNN: handles, descriptors, errors, and the pointwise routines.
#include <algorithm>
#include <dlfcn.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include "cudnn_shared.h"

namespace emulator {
namespace {

struct Status {
  cudnnStatus_t value;
  const char* name;
};

#define STATUS(name) {name, #name}
const Status kStatuses[] = {
    STATUS(CUDNN_STATUS_SUCCESS),
    STATUS(CUDNN_STATUS_NOT_INITIALIZED),
    STATUS(CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH),
    STATUS(CUDNN_STATUS_BAD_PARAM),
    STATUS(CUDNN_STATUS_BAD_PARAM_NULL_POINTER),
    STATUS(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER),
    STATUS(CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED),
    STATUS(CUDNN_STATUS_BAD_PARAM_OUT_OF_BOUND),
    STATUS(CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT),
    STATUS(CUDNN_STATUS_BAD_PARAM_STREAM_MISMATCH),
    STATUS(CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH),
    STATUS(CUDNN_STATUS_BAD_PARAM_DUPLICATED_ENTRIES),
    STATUS(CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE),
    STATUS(CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE),
    STATUS(CUDNN_STATUS_NOT_SUPPORTED),
    STATUS(CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN),
    STATUS(CUDNN_STATUS_NOT_SUPPORTED_SHAPE),
    STATUS(CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE),
    STATUS(CUDNN_STATUS_NOT_SUPPORTED_LAYOUT),
    STATUS(CUDNN_STATUS_INTERNAL_ERROR),
    STATUS(CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED),
    STATUS(CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED),
    STATUS(CUDNN_STATUS_EXECUTION_FAILED),
    STATUS(CUDNN_STATUS_EXECUTION_FAILED_CUDA_DRIVER),
};
#undef STATUS

const char* nameOf(int value) {
  for (const Status& status : kStatuses) {
    if (status.value == value) {
      return status.name;
    }
  }
  return "CUDNN_UNKNOWN_STATUS";
}

thread_local std::string lastError;

bool isSupported(cudnnDataType_t type) {
  return type == CUDNN_DATA_FLOAT || type == CUDNN_DATA_BFLOAT16;
}

// The order in which elements are held as fp32: channels last.
std::vector<size_t> axes(size_t rank) {
  std::vector<size_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  if (rank > 2) {
    std::rotate(order.begin() + 1, order.begin() + 2, order.end());
  }
  return order;
}

// Strides of a tensor without gaps whose axes lie in this order, the last innermost.
std::vector<int64_t> packed(const std::vector<int64_t>& dims, const std::vector<size_t>& order) {
  std::vector<int64_t> strides(dims.size());
  int64_t stride = 1;
  for (size_t i = order.size(); i-- > 0;) {
    strides[order[i]] = stride;
    stride *= dims[order[i]];
  }
  return strides;
}

// Equal but for dimensions of one, whose stride says nothing.
bool sameLayout(const TensorShape& shape, const std::vector<int64_t>& strides) {
  for (size_t i = 0; i < shape.dims.size(); i++) {
    if (shape.dims[i] > 1 && shape.strides[i] != strides[i]) {
      return false;
    }
  }
  return true;
}

// Calls body(offset) for every element in the order of `axes`.
template <typename Body>
void forEachOffset(const TensorShape& shape, Body body) {
  if (isNhwc(shape)) {
    for (int64_t i = 0, count = shape.elements(); i < count; i++) {
      body(i);
    }
    return;
  }
  std::vector<size_t> order = axes(shape.dims.size());
  std::vector<int64_t> index(order.size());
  for (int64_t left = shape.elements(); left > 0; left--) {
    int64_t offset = 0;
    for (size_t i = 0; i < order.size(); i++) {
      offset += index[i] * shape.strides[order[i]];
    }
    body(offset);
    for (size_t i = order.size(); i-- > 0 && ++index[i] == shape.dims[order[i]];) {
      index[i] = 0;
    }
  }
}

float fromBfloat16(uint16_t bits) {
  uint32_t word = static_cast<uint32_t>(bits) << 16;
  float value;
  std::memcpy(&value, &word, sizeof(value));
  return value;
}

// To the nearest, ties to even.
uint16_t toBfloat16(float value) {
  uint32_t word;
  std::memcpy(&word, &value, sizeof(word));
  if (std::isnan(value)) {
    return static_cast<uint16_t>(word >> 16 | 0x40);
  }
  return static_cast<uint16_t>((word + 0x7fff + (word >> 16 & 1)) >> 16);
}

TensorShape shape4d(cudnnDataType_t type, cudnnTensorFormat_t format,
                    std::vector<int64_t> dims) {
  require(isSupported(type), CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE,
          "only fp32 and bfloat16 are emulated");
  require(format == CUDNN_TENSOR_NCHW || format == CUDNN_TENSOR_NHWC,
          CUDNN_STATUS_NOT_SUPPORTED_LAYOUT, "only NCHW and NHWC are emulated");
  for (int64_t dim : dims) {
    require(dim > 0, CUDNN_STATUS_BAD_PARAM, "a dimension that is not positive");
  }
  std::vector<size_t> nchw{0, 1, 2, 3};
  std::vector<int64_t> strides = packed(dims, format == CUDNN_TENSOR_NHWC ? axes(4) : nchw);
  return {type, std::move(dims), std::move(strides)};
}

TensorShape strided(cudnnDataType_t type, std::vector<int64_t> dims,
                    std::vector<int64_t> strides) {
  require(isSupported(type), CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE,
          "only fp32 and bfloat16 are emulated");
  for (size_t i = 0; i < dims.size(); i++) {
    require(dims[i] > 0 && strides[i] > 0, CUDNN_STATUS_BAD_PARAM,
            "a dimension or stride that is not positive");
  }
  return {type, std::move(dims), std::move(strides)};
}

template <typename Handle, typename Object>
cudnnStatus_t create(const char* function, Handles<Handle, Object>& all, Handle* handle) {
  return cudnnCall(function, [&] {
    requirePointer(handle);
    *handle = all.add(std::make_unique<Object>());
  });
}

template <typename Handle, typename Object>
cudnnStatus_t destroy(const char* function, Handles<Handle, Object>& all, Handle handle) {
  return cudnnCall(function, [&] {
    if (handle != nullptr) {
      all.remove(handle);
    }
  });
}

// The derivative at x, where y = activate(x).
float slope(const ActivationTerms& terms, float x, float y) {
  auto c = static_cast<float>(terms.coefficient);
  switch (terms.mode) {
    case CUDNN_ACTIVATION_SIGMOID:
      return y * (1 - y);
    case CUDNN_ACTIVATION_RELU:
      return x > 0 ? 1.0f : 0.0f;
    case CUDNN_ACTIVATION_TANH:
      return 1 - y * y;
    case CUDNN_ACTIVATION_CLIPPED_RELU:
      return x > 0 && x < c ? 1.0f : 0.0f;
    case CUDNN_ACTIVATION_ELU:
      return x > 0 ? 1.0f : y + c;
    default:
      return 1;
  }
}

const ActivationTerms& activationOf(cudnnActivationDescriptor_t handle) {
  const ActivationTerms& terms = activations().at(handle);
  require(terms.set, CUDNN_STATUS_BAD_PARAM, "the activation descriptor was not set");
  return terms;
}

void requireSameDims(const TensorShape& a, const TensorShape& b) {
  require(a.dims == b.dims, CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH, "the dimensions differ");
}

}  // namespace

Handles<cudnnHandle_t, Library>& libraries() {
  static auto& all = *new Handles<cudnnHandle_t, Library>("cuDNN handle", CUDNN_STATUS_BAD_PARAM);
  return all;
}

Handles<cudnnTensorDescriptor_t, TensorShape>& tensors() {
  static auto& all = *new Handles<cudnnTensorDescriptor_t, TensorShape>("tensor descriptor",
                                                                        CUDNN_STATUS_BAD_PARAM);
  return all;
}

Handles<cudnnFilterDescriptor_t, TensorShape>& filters() {
  static auto& all = *new Handles<cudnnFilterDescriptor_t, TensorShape>("filter descriptor",
                                                                        CUDNN_STATUS_BAD_PARAM);
  return all;
}

Handles<cudnnConvolutionDescriptor_t, ConvolutionTerms>& convolutions() {
  static auto& all = *new Handles<cudnnConvolutionDescriptor_t, ConvolutionTerms>(
      "convolution descriptor", CUDNN_STATUS_BAD_PARAM);
  return all;
}

Handles<cudnnActivationDescriptor_t, ActivationTerms>& activations() {
  static auto& all = *new Handles<cudnnActivationDescriptor_t, ActivationTerms>(
      "activation descriptor", CUDNN_STATUS_BAD_PARAM);
  return all;
}

void requireParts() {
  static bool loaded = false;
  if (loaded) {
    return;
  }
  for (const char* part : {"libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9"}) {
    if (dlopen(part, RTLD_NOW) == nullptr) {
      std::fprintf(stderr, "Unable to load %s: %s\n", part, dlerror());
      std::abort();
    }
  }
  loaded = true;
}

cudnnStatus_t failedCudnn(const char* function, const Failure& failure) {
  explain(function, failure.message);
  // Numbers below a thousand are the driver's.
  bool ofDriver = failure.status < CUDNN_STATUS_NOT_INITIALIZED;
  auto status = static_cast<cudnnStatus_t>(
      ofDriver ? CUDNN_STATUS_EXECUTION_FAILED_CUDA_DRIVER : failure.status);
  lastError = std::string("Error: ") + nameOf(status) + "; Reason: " + failure.message +
              (ofDriver ? " (CUDA error " + std::to_string(failure.status) + ")" : "") + " in " +
              function;
  return status;
}

int64_t TensorShape::elements() const {
  return std::accumulate(dims.begin(), dims.end(), int64_t{1}, std::multiplies<>());
}

size_t TensorShape::bytes() const {
  int64_t last = 0;
  for (size_t i = 0; i < dims.size(); i++) {
    last += (dims[i] - 1) * strides[i];
  }
  return static_cast<size_t>(last + 1) * sizeOf(type);
}

Library& libraryOf(cudnnHandle_t handle) {
  Library& library = libraries().at(handle);
  require(current().device == library.device, CUDNN_STATUS_BAD_PARAM,
          "the handle belongs to another context than the current one");
  return library;
}

const TensorShape& shapeOf(cudnnTensorDescriptor_t handle) {
  const TensorShape& shape = tensors().at(handle);
  require(!shape.dims.empty(), CUDNN_STATUS_BAD_PARAM, "the tensor descriptor was not set");
  return shape;
}

const TensorShape& shapeOf(cudnnFilterDescriptor_t handle) {
  const TensorShape& shape = filters().at(handle);
  require(!shape.dims.empty(), CUDNN_STATUS_BAD_PARAM, "the filter descriptor was not set");
  return shape;
}

size_t sizeOf(cudnnDataType_t type) { return type == CUDNN_DATA_BFLOAT16 ? 2 : 4; }

void requireOperand(const TensorShape& shape, const void* address) {
  requirePointer(address, "an operand at null");
  require(reinterpret_cast<uint64_t>(address) % sizeOf(shape.type) == 0,
          CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER, "a misaligned operand");
}

Elements read(int device, const TensorShape& shape, const void* address) {
  const std::byte* start = onHost(reinterpret_cast<uint64_t>(address), shape.bytes(), device);
  Elements elements(static_cast<size_t>(shape.elements()));
  auto* next = elements.data();
  if (shape.type == CUDNN_DATA_FLOAT) {
    auto* from = reinterpret_cast<const float*>(start);
    forEachOffset(shape, [&](int64_t offset) { *next++ = from[offset]; });
  } else {
    auto* from = reinterpret_cast<const uint16_t*>(start);
    forEachOffset(shape, [&](int64_t offset) { *next++ = fromBfloat16(from[offset]); });
  }
  return elements;
}

void write(int device, const TensorShape& shape, void* address, const Elements& x, float alpha,
           float beta) {
  std::byte* start = onHost(reinterpret_cast<uint64_t>(address), shape.bytes(), device);
  auto* next = x.data();
  if (shape.type == CUDNN_DATA_FLOAT) {
    auto* to = reinterpret_cast<float*>(start);
    forEachOffset(shape, [&](int64_t offset) {
      float value = alpha * *next++;
      to[offset] = beta == 0 ? value : value + beta * to[offset];
    });
  } else {
    auto* to = reinterpret_cast<uint16_t*>(start);
    forEachOffset(shape, [&](int64_t offset) {
      float value = alpha * *next++;
      to[offset] = toBfloat16(beta == 0 ? value : value + beta * fromBfloat16(to[offset]));
    });
  }
}

float scalar(const void* address) {
  requirePointer(address, "a factor at null");
  require(!isDeviceAddress(reinterpret_cast<uint64_t>(address)), CUDNN_STATUS_BAD_PARAM,
          "a factor in the device's memory");
  return *static_cast<const float*>(address);
}

void requireWorkspace(const void* address, size_t bytes, size_t needed) {
  require(bytes >= needed, CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT, "the workspace is too small");
  require(needed == 0 || address != nullptr, CUDNN_STATUS_BAD_PARAM_NULL_POINTER,
          "the workspace is at null");
}

void spoil(int device, const void* address, size_t bytes) {
  if (bytes > 0) {
    std::memset(onHost(reinterpret_cast<uint64_t>(address), bytes, device), 0x7f, bytes);
  }
}

bool isNhwc(const TensorShape& shape) {
  return sameLayout(shape, packed(shape.dims, axes(shape.dims.size())));
}

bool isNchw(const TensorShape& shape) {
  std::vector<size_t> order(shape.dims.size());
  std::iota(order.begin(), order.end(), 0);
  return sameLayout(shape, packed(shape.dims, order));
}

float activate(const ActivationTerms& terms, float x) {
  auto c = static_cast<float>(terms.coefficient);
  switch (terms.mode) {
    case CUDNN_ACTIVATION_SIGMOID:
      return 1 / (1 + std::exp(-x));
    case CUDNN_ACTIVATION_RELU:
      return x > 0 ? x : 0;
    case CUDNN_ACTIVATION_TANH:
      return std::tanh(x);
    case CUDNN_ACTIVATION_CLIPPED_RELU:
      return std::min(std::max(x, 0.0f), c);
    case CUDNN_ACTIVATION_ELU:
      return x > 0 ? x : c * std::expm1(x);
    default:
      return x;
  }
}

}  // namespace emulator

using namespace emulator;

#pragma GCC visibility push(default)

extern "C" {

size_t cudnnGetVersion() {
  requireParts();
  return settings().cudnnVersion;
}

// A fault stands for the version here.
size_t cudnnGetCudartVersion() {
  requireParts();
  Call call("cudnnGetCudartVersion");
  return static_cast<size_t>(call.injected() != 0 ? call.injected()
                                                  : settings().driverVersion / 1000 * 1000);
}

const char* cudnnGetErrorString(cudnnStatus_t status) { return nameOf(status); }

// The message is given once.
void cudnnGetLastErrorString(char* message, size_t size) {
  if (message != nullptr && size > 0) {
    std::strncpy(message, lastError.c_str(), size - 1);
    message[size - 1] = 0;
    lastError.clear();
  }
}

cudnnStatus_t cudnnGraphVersionCheck() { return cudnnCall("cudnnGraphVersionCheck", [] {}); }

cudnnStatus_t cudnnOpsVersionCheck() { return cudnnCall("cudnnOpsVersionCheck", [] {}); }

cudnnStatus_t cudnnCnnVersionCheck() { return cudnnCall("cudnnCnnVersionCheck", [] {}); }

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  return cudnnCall("cudnnCreate", [&] {
    requirePointer(handle);
    int device;
    try {
      device = current().device;
      requireNoCapture();
    } catch (const Failure& failure) {
      throw Failure{CUDNN_STATUS_NOT_INITIALIZED, failure.message};
    }
    *handle = libraries().add(std::make_unique<Library>(Library{device, nullptr}));
  });
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  return cudnnCall("cudnnDestroy", [&] {
    drain();
    libraries().remove(handle);
  });
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  return cudnnCall("cudnnSetStream", [&] {
    Library& library = libraryOf(handle);
    try {
      deviceOf(stream);
    } catch (const Failure& failure) {
      throw Failure{CUDNN_STATUS_BAD_PARAM, failure.message};
    }
    library.stream = stream;
  });
}

cudnnStatus_t cudnnGetStream(cudnnHandle_t handle, cudaStream_t* stream) {
  return cudnnCall("cudnnGetStream", [&] {
    requirePointer(stream);
    *stream = libraries().at(handle).stream;
  });
}

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* handle) {
  return create("cudnnCreateTensorDescriptor", tensors(), handle);
}

cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t handle) {
  return destroy("cudnnDestroyTensorDescriptor", tensors(), handle);
}

cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t handle,
                                         cudnnTensorFormat_t format, cudnnDataType_t type, int n,
                                         int c, int h, int w) {
  return cudnnCall("cudnnSetTensor4dDescriptor", [&] {
    tensors().at(handle) = shape4d(type, format, {n, c, h, w});
  });
}

cudnnStatus_t cudnnSetTensor4dDescriptorEx(cudnnTensorDescriptor_t handle, cudnnDataType_t type,
                                           int n, int c, int h, int w, int nStride, int cStride,
                                           int hStride, int wStride) {
  return cudnnCall("cudnnSetTensor4dDescriptorEx", [&] {
    tensors().at(handle) = strided(type, {n, c, h, w}, {nStride, cStride, hStride, wStride});
  });
}

cudnnStatus_t cudnnSetTensorNdDescriptor(cudnnTensorDescriptor_t handle, cudnnDataType_t type,
                                         int rank, const int dims[], const int strides[]) {
  return cudnnCall("cudnnSetTensorNdDescriptor", [&] {
    requirePointer(dims);
    requirePointer(strides);
    require(rank >= 3 && rank <= 8, CUDNN_STATUS_NOT_SUPPORTED, "a tensor has 3 to 8 dimensions");
    tensors().at(handle) = strided(type, {dims, dims + rank}, {strides, strides + rank});
  });
}

cudnnStatus_t cudnnGetTensorSizeInBytes(const cudnnTensorDescriptor_t handle, size_t* size) {
  return cudnnCall("cudnnGetTensorSizeInBytes", [&] {
    requirePointer(size);
    *size = shapeOf(handle).bytes();
  });
}

cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t* handle) {
  return create("cudnnCreateFilterDescriptor", filters(), handle);
}

cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t handle) {
  return destroy("cudnnDestroyFilterDescriptor", filters(), handle);
}

cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t handle, cudnnDataType_t type,
                                         cudnnTensorFormat_t format, int k, int c, int h, int w) {
  return cudnnCall("cudnnSetFilter4dDescriptor", [&] {
    filters().at(handle) = shape4d(type, format, {k, c, h, w});
  });
}

cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t* handle) {
  return create("cudnnCreateConvolutionDescriptor", convolutions(), handle);
}

cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t handle) {
  return destroy("cudnnDestroyConvolutionDescriptor", convolutions(), handle);
}

cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t handle, int padH,
                                              int padW, int strideH, int strideW, int dilationH,
                                              int dilationW, cudnnConvolutionMode_t mode,
                                              cudnnDataType_t computeType) {
  return cudnnCall("cudnnSetConvolution2dDescriptor", [&] {
    require(padH >= 0 && padW >= 0 && strideH > 0 && strideW > 0 && dilationH > 0 && dilationW > 0,
            CUDNN_STATUS_BAD_PARAM, "padding, stride or dilation is out of range");
    require(mode == CUDNN_CONVOLUTION || mode == CUDNN_CROSS_CORRELATION, CUDNN_STATUS_BAD_PARAM,
            "there is no such mode");
    require(computeType == CUDNN_DATA_FLOAT, CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE,
            "only sums in fp32 are emulated");
    ConvolutionTerms& terms = convolutions().at(handle);
    terms = {true, {padH, padW}, {strideH, strideW}, {dilationH, dilationW}, mode, terms.math,
             terms.groups};
  });
}

cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t handle,
                                          cudnnMathType_t math) {
  return cudnnCall("cudnnSetConvolutionMathType", [&] {
    require(math >= CUDNN_DEFAULT_MATH && math <= CUDNN_FMA_MATH, CUDNN_STATUS_BAD_PARAM,
            "there is no such kind of arithmetic");
    convolutions().at(handle).math = math;
  });
}

cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t handle, int groups) {
  return cudnnCall("cudnnSetConvolutionGroupCount", [&] {
    require(groups > 0, CUDNN_STATUS_BAD_PARAM, "the count of groups is not positive");
    convolutions().at(handle).groups = groups;
  });
}

cudnnStatus_t cudnnCreateActivationDescriptor(cudnnActivationDescriptor_t* handle) {
  return create("cudnnCreateActivationDescriptor", activations(), handle);
}

cudnnStatus_t cudnnDestroyActivationDescriptor(cudnnActivationDescriptor_t handle) {
  return destroy("cudnnDestroyActivationDescriptor", activations(), handle);
}

cudnnStatus_t cudnnSetActivationDescriptor(cudnnActivationDescriptor_t handle,
                                           cudnnActivationMode_t mode, cudnnNanPropagation_t,
                                           double coefficient) {
  return cudnnCall("cudnnSetActivationDescriptor", [&] {
    require(mode >= CUDNN_ACTIVATION_SIGMOID && mode <= CUDNN_ACTIVATION_IDENTITY,
            CUDNN_STATUS_BAD_PARAM, "an activation that is not emulated");
    activations().at(handle) = {true, mode, coefficient};
  });
}

cudnnStatus_t cudnnActivationForward(cudnnHandle_t handle, cudnnActivationDescriptor_t activation,
                                     const void* alpha, const cudnnTensorDescriptor_t xDesc,
                                     const void* x, const void* beta,
                                     const cudnnTensorDescriptor_t yDesc, void* y) {
  return cudnnCall("cudnnActivationForward", [&] {
    Library library = libraryOf(handle);
    ActivationTerms terms = activationOf(activation);
    TensorShape xShape = shapeOf(xDesc);
    TensorShape yShape = shapeOf(yDesc);
    requireSameDims(xShape, yShape);
    requireOperand(xShape, x);
    requireOperand(yShape, y);
    enqueue(library.stream, [=, a = scalar(alpha), b = scalar(beta)] {
      Elements elements = read(library.device, xShape, x);
      for (float& element : elements) {
        element = activate(terms, element);
      }
      write(library.device, yShape, y, elements, a, b);
    });
  });
}

cudnnStatus_t cudnnActivationBackward(cudnnHandle_t handle, cudnnActivationDescriptor_t activation,
                                      const void* alpha, const cudnnTensorDescriptor_t yDesc,
                                      const void* y, const cudnnTensorDescriptor_t dyDesc,
                                      const void* dy, const cudnnTensorDescriptor_t xDesc,
                                      const void* x, const void* beta,
                                      const cudnnTensorDescriptor_t dxDesc, void* dx) {
  return cudnnCall("cudnnActivationBackward", [&] {
    Library library = libraryOf(handle);
    ActivationTerms terms = activationOf(activation);
    TensorShape shapes[] = {shapeOf(yDesc), shapeOf(dyDesc), shapeOf(xDesc), shapeOf(dxDesc)};
    const void* operands[] = {y, dy, x, dx};
    for (size_t i = 0; i < 4; i++) {
      requireSameDims(shapes[i], shapes[0]);
      requireOperand(shapes[i], operands[i]);
    }
    enqueue(library.stream, [=, a = scalar(alpha), b = scalar(beta)] {
      Elements ys = read(library.device, shapes[0], y);
      Elements result = read(library.device, shapes[1], dy);
      Elements xs = read(library.device, shapes[2], x);
      for (size_t i = 0; i < result.size(); i++) {
        result[i] *= slope(terms, xs[i], ys[i]);
      }
      write(library.device, shapes[3], dx, result, a, b);
    });
  });
}

cudnnStatus_t cudnnAddTensor(cudnnHandle_t handle, const void* alpha,
                             const cudnnTensorDescriptor_t aDesc, const void* a, const void* beta,
                             const cudnnTensorDescriptor_t cDesc, void* c) {
  return cudnnCall("cudnnAddTensor", [&] {
    Library library = libraryOf(handle);
    TensorShape aShape = shapeOf(aDesc);
    TensorShape cShape = shapeOf(cDesc);
    require(aShape.dims.size() == cShape.dims.size(), CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH,
            "the ranks differ");
    // What is repeated along a dimension is read with a stride of nothing.
    for (size_t i = 0; i < cShape.dims.size(); i++) {
      require(aShape.dims[i] == cShape.dims[i] || aShape.dims[i] == 1,
              CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH, "the dimensions differ");
      if (aShape.dims[i] == 1) {
        aShape.dims[i] = cShape.dims[i];
        aShape.strides[i] = 0;
      }
    }
    requireOperand(aShape, a);
    requireOperand(cShape, c);
    enqueue(library.stream, [=, factor = scalar(alpha), old = scalar(beta)] {
      write(library.device, cShape, c, read(library.device, aShape, a), factor, old);
    });
  });
}

}  // extern "C"
