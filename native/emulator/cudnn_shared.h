// What the files of the emulated cuDNN share.
#pragma once

#include <cudnn.h>

#include <vector>

#include "runtime.h"

namespace emulator {

// The state behind a cudnnHandle_t.
struct Library {
  int device;
  CUstream stream;
};

// What a tensor or filter looks like; no dimensions until it was set.
struct TensorShape {
  cudnnDataType_t type = CUDNN_DATA_FLOAT;
  std::vector<int64_t> dims;
  std::vector<int64_t> strides;

  int64_t elements() const;
  // From the first element to the last.
  size_t bytes() const;
};

struct ConvolutionTerms {
  bool set = false;
  int pad[2];
  int stride[2];
  int dilation[2];
  cudnnConvolutionMode_t mode;
  cudnnMathType_t math = CUDNN_DEFAULT_MATH;
  int groups = 1;
};

struct ActivationTerms {
  bool set = false;
  cudnnActivationMode_t mode;
  double coefficient;
};

Handles<cudnnHandle_t, Library>& libraries();
Handles<cudnnTensorDescriptor_t, TensorShape>& tensors();
Handles<cudnnFilterDescriptor_t, TensorShape>& filters();
Handles<cudnnConvolutionDescriptor_t, ConvolutionTerms>& convolutions();
Handles<cudnnActivationDescriptor_t, ActivationTerms>& activations();

// Ends the process if one of the parts of cuDNN cannot be loaded, as the real one does.
void requireParts();

// Runs the body of an exported function unless a fault is injected, and turns what it throws into
// a status and the last error.
cudnnStatus_t failedCudnn(const char* function, const Failure& failure);

template <typename Body>
cudnnStatus_t cudnnCall(const char* function, Body body) {
  requireParts();
  Call call(function);
  try {
    if (call.injected() != 0) {
      throw Failure{call.injected(), "injected"};
    }
    body();
    return CUDNN_STATUS_SUCCESS;
  } catch (const Failure& failure) {
    return failedCudnn(function, failure);
  }
}

inline void require(bool condition, cudnnStatus_t status, const char* message) {
  if (!condition) {
    throw Failure{status, message};
  }
}

template <typename T>
void requirePointer(T* pointer, const char* message = "a null pointer") {
  require(pointer != nullptr, CUDNN_STATUS_BAD_PARAM_NULL_POINTER, message);
}

// The handle, if the calling thread's context is its own.
Library& libraryOf(cudnnHandle_t handle);

// The shape behind a descriptor that has been set.
const TensorShape& shapeOf(cudnnTensorDescriptor_t handle);
const TensorShape& shapeOf(cudnnFilterDescriptor_t handle);

size_t sizeOf(cudnnDataType_t type);

// Checks, at the time of a call, that an operand is there and aligned.
void requireOperand(const TensorShape& shape, const void* address);

// The elements of a tensor as fp32: the second dimension, which is channels, innermost.
using Elements = std::vector<float>;

Elements read(int device, const TensorShape& shape, const void* address);

// y = alpha * x + beta * y; y is not read if beta is 0.
void write(int device, const TensorShape& shape, void* address, const Elements& x, float alpha = 1,
           float beta = 0);

// alpha and beta lie in the host's memory, and are read when a routine is called.
float scalar(const void* address);

// A workspace is overwritten with what reads as NaN.
void requireWorkspace(const void* address, size_t bytes, size_t needed);
void spoil(int device, const void* address, size_t bytes);

// Whether channels are innermost; either may be true of a tensor of few dimensions.
bool isNhwc(const TensorShape& shape);
bool isNchw(const TensorShape& shape);

float activate(const ActivationTerms& terms, float x);

}  // namespace emulator
