// What the files of the emulated driver share with each other alone.
#pragma once

#include <deque>

#include "runtime.h"

namespace emulator {

// Whether a status stays with the context, as those of a GPU that has failed do.
bool isSticky(int status);

// Runs the body of an exported function unless a fault is injected, and turns what it throws into
// a status.
CUresult failed(const char* function, const Failure& failure);
void requireInitialised();
[[noreturn]] void inject(int status);

template <typename Body>
CUresult driverCall(const char* function, Body body) {
  Call call(function);
  try {
    requireInitialised();
    if (call.injected() != 0) {
      inject(call.injected());
    }
    body();
    return CUDA_SUCCESS;
  } catch (const Failure& failure) {
    return failed(function, failure);
  }
}

inline void require(bool condition, CUresult status, const char* message) {
  if (!condition) {
    throw Failure{status, message};
  }
}

template <typename T>
void requireResult(T* pointer) {
  require(pointer != nullptr, CUDA_ERROR_INVALID_VALUE, "a null pointer for a result");
}

Context& contextOf(int device);
void requireDevice(CUdevice device);

// The graph that is being recorded, or was.
struct Node {
  Work work;
};

struct Graph {
  std::vector<Node> nodes;
};

struct Stream {
  int device = 0;
  bool blocking = true;
  CUstreamCaptureStatus capture = CU_STREAM_CAPTURE_STATUS_NONE;
  CUstreamCaptureMode mode = CU_STREAM_CAPTURE_MODE_GLOBAL;
  std::thread::id capturer;
  std::unique_ptr<Graph> recorded;
};

// Checks a stream and that its context is the current one; null is the legacy stream.
Stream& streamOf(CUstream handle);

// Whether nothing is enqueued in the stream.
bool isIdle(CUstream handle);

// The stream whose work runs now.
CUstream runningStream();

// Lets every stream use what was allocated in this one: somebody has waited for it.
void publishAllocations(CUstream stream);

// Ends what the device's memory pool keeps, with the context.
void endPool(int device);

// Copies between host and device must be told which host memory the GPU can reach.
bool isPageLocked(const void* host, size_t bytes);

// A kernel as kernels.cpp compiled it.
struct HostKernel {
  const char* name;
  std::vector<size_t> sizes;
  void (*invoke)(void* const* arguments);
};

const std::vector<HostKernel>& hostKernels();

struct Extent {
  unsigned x, y, z;
};

// Runs every thread of a grid; fails with CUDA_ERROR_LAUNCH_FAILED at wrong use of a barrier.
void runGrid(const HostKernel& kernel, Extent grid, Extent block, void* const* arguments);

}  // namespace emulator
