// The emulated driver: devices, primary contexts, statuses.
#include "driver.h"

#include <algorithm>
#include <cstring>

namespace emulator {
namespace {

struct Status {
  CUresult value;
  const char* name;
  const char* description;
};

#define STATUS(name, description) {name, #name, description}
const Status kStatuses[] = {
    STATUS(CUDA_SUCCESS, "no error"),
    STATUS(CUDA_ERROR_INVALID_VALUE, "invalid argument"),
    STATUS(CUDA_ERROR_OUT_OF_MEMORY, "out of memory"),
    STATUS(CUDA_ERROR_NOT_INITIALIZED, "initialization error"),
    STATUS(CUDA_ERROR_DEINITIALIZED, "driver shutting down"),
    STATUS(CUDA_ERROR_NO_DEVICE, "no CUDA-capable device is detected"),
    STATUS(CUDA_ERROR_INVALID_DEVICE, "invalid device ordinal"),
    STATUS(CUDA_ERROR_INVALID_IMAGE, "device kernel image is invalid"),
    STATUS(CUDA_ERROR_INVALID_CONTEXT, "invalid device context"),
    STATUS(CUDA_ERROR_NO_BINARY_FOR_GPU, "no kernel image is available for execution on the device"),
    STATUS(CUDA_ERROR_ECC_UNCORRECTABLE, "uncorrectable ECC error encountered"),
    STATUS(CUDA_ERROR_INVALID_PTX, "a PTX JIT compilation failed"),
    STATUS(CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
           "the provided PTX was compiled with an unsupported toolchain."),
    STATUS(CUDA_ERROR_FILE_NOT_FOUND, "file not found"),
    STATUS(CUDA_ERROR_INVALID_HANDLE, "invalid resource handle"),
    STATUS(CUDA_ERROR_NOT_FOUND, "named symbol not found"),
    STATUS(CUDA_ERROR_NOT_READY, "device not ready"),
    STATUS(CUDA_ERROR_ILLEGAL_ADDRESS, "an illegal memory access was encountered"),
    STATUS(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, "too many resources requested for launch"),
    STATUS(CUDA_ERROR_LAUNCH_TIMEOUT, "the launch timed out and was terminated"),
    STATUS(CUDA_ERROR_CONTEXT_IS_DESTROYED, "context is destroyed"),
    STATUS(CUDA_ERROR_ASSERT, "device-side assert triggered"),
    STATUS(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED,
           "part or all of the requested memory range is already mapped"),
    STATUS(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED,
           "pointer does not correspond to a registered memory region"),
    STATUS(CUDA_ERROR_HARDWARE_STACK_ERROR, "hardware stack error"),
    STATUS(CUDA_ERROR_ILLEGAL_INSTRUCTION, "an illegal instruction was encountered"),
    STATUS(CUDA_ERROR_MISALIGNED_ADDRESS, "misaligned address"),
    STATUS(CUDA_ERROR_INVALID_ADDRESS_SPACE, "operation not supported on global/shared address space"),
    STATUS(CUDA_ERROR_INVALID_PC, "invalid program counter"),
    STATUS(CUDA_ERROR_LAUNCH_FAILED, "unspecified launch failure"),
    STATUS(CUDA_ERROR_NOT_SUPPORTED, "operation not supported"),
    STATUS(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "operation not permitted when stream is capturing"),
    STATUS(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED,
           "operation failed due to a previous error during capture"),
    STATUS(CUDA_ERROR_STREAM_CAPTURE_MERGE,
           "operation would result in a merge of separate capture sequences"),
    STATUS(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "capture was not ended in the same stream as it began"),
    STATUS(CUDA_ERROR_STREAM_CAPTURE_UNJOINED,
           "capturing stream has unjoined work"),
    STATUS(CUDA_ERROR_STREAM_CAPTURE_ISOLATION,
           "dependency created on uncaptured work in another stream"),
    STATUS(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT,
           "operation would make the legacy stream depend on a capturing blocking stream"),
    STATUS(CUDA_ERROR_CAPTURED_EVENT,
           "operation not permitted on an event last recorded in a capturing stream"),
    STATUS(CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD,
           "attempt to terminate a thread-local capture sequence from another thread"),
    STATUS(CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE,
           "the graph update was not performed because it included changes which violated constraints "
           "specific to instantiated graph update"),
    STATUS(CUDA_ERROR_UNKNOWN, "unknown error"),
};
#undef STATUS

const Status* find(CUresult value) {
  for (const Status& status : kStatuses) {
    if (status.value == value) {
      return &status;
    }
  }
  return nullptr;
}

bool initialised = false;

// The contexts that are current on this thread, the last one uppermost.
thread_local std::vector<CUcontext> contextStack;

class PrimaryContexts : public Census {
 public:
  PrimaryContexts() : Census("primary context") {}

  Context& at(int device) {
    Context& context = contexts_[device];
    context.device = device;
    return context;
  }

  size_t live() const override {
    return static_cast<size_t>(std::count_if(contexts_.begin(), contexts_.end(), [](auto& entry) {
      return entry.second.retained > 0;
    }));
  }

 private:
  std::map<int, Context> contexts_;
};

PrimaryContexts& primaryContexts() {
  static PrimaryContexts& contexts = *new PrimaryContexts;
  return contexts;
}

constexpr uint64_t kContextHandle = 0x5aa7000000000000;

CUcontext handleOf(int device) {
  return reinterpret_cast<CUcontext>(kContextHandle + 16 * (static_cast<uint64_t>(device) + 1));
}

int deviceOfContext(CUcontext handle) {
  uint64_t number = (reinterpret_cast<uint64_t>(handle) - kContextHandle) / 16;
  require(number >= 1 && number <= static_cast<uint64_t>(settings().devices),
          CUDA_ERROR_INVALID_CONTEXT, "there is no such context");
  return static_cast<int>(number) - 1;
}

int attribute(CUdevice_attribute attribute) {
  switch (attribute) {
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X:
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y:
      return 1024;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z:
      return 64;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X:
      return 0x7fffffff;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y:
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z:
      return 65535;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK:
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
      return 48 << 10;
    case CU_DEVICE_ATTRIBUTE_WARP_SIZE:
      return 32;
    case CU_DEVICE_ATTRIBUTE_CLOCK_RATE:
    case CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE:
      return 1000000;
    case CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH:
      return 128;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
      return 4;
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR:
      return 1024;
    case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE:
      return 4 << 20;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
      return settings().capability / 10;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
      return settings().capability % 10;
    case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING:
      return 1;
    case CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED:
      return settings().pools;
    default:
      return 0;
  }
}

}  // namespace

bool isSticky(int status) {
  switch (status) {
    case CUDA_ERROR_ECC_UNCORRECTABLE:
    case CUDA_ERROR_ILLEGAL_ADDRESS:
    case CUDA_ERROR_LAUNCH_TIMEOUT:
    case CUDA_ERROR_ASSERT:
    case CUDA_ERROR_HARDWARE_STACK_ERROR:
    case CUDA_ERROR_ILLEGAL_INSTRUCTION:
    case CUDA_ERROR_MISALIGNED_ADDRESS:
    case CUDA_ERROR_INVALID_ADDRESS_SPACE:
    case CUDA_ERROR_INVALID_PC:
    case CUDA_ERROR_LAUNCH_FAILED:
      return true;
    default:
      return false;
  }
}

CUresult failed(const char* function, const Failure& failure) {
  explain(function, failure.message);
  return static_cast<CUresult>(failure.status);
}

void requireInitialised() {
  require(initialised, CUDA_ERROR_NOT_INITIALIZED, "cuInit was not called");
}

void inject(int status) {
  if (isSticky(status)) {
    current().error = static_cast<CUresult>(status);
  }
  throw Failure{status, "injected"};
}

Context& contextOf(int device) { return primaryContexts().at(device); }

void requireDevice(CUdevice device) {
  require(device >= 0 && device < settings().devices, CUDA_ERROR_INVALID_DEVICE,
          "there is no such device");
}

Context& current() {
  requireInitialised();
  require(!contextStack.empty() && contextStack.back() != nullptr, CUDA_ERROR_INVALID_CONTEXT,
          "no context is current on this thread");
  Context& context = contextOf(deviceOfContext(contextStack.back()));
  require(context.retained > 0, CUDA_ERROR_CONTEXT_IS_DESTROYED,
          "the current context was released");
  require(context.error == CUDA_SUCCESS, context.error, "the GPU has failed before");
  return context;
}

}  // namespace emulator

using namespace emulator;

#pragma GCC visibility push(default)

extern "C" {

CUresult cuGetErrorName(CUresult error, const char** text) {
  const Status* status = find(error);
  *text = status == nullptr ? nullptr : status->name;
  return status == nullptr ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

CUresult cuGetErrorString(CUresult error, const char** text) {
  const Status* status = find(error);
  *text = status == nullptr ? nullptr : status->description;
  return status == nullptr ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

CUresult cuInit(unsigned flags) {
  Call call("cuInit");
  if (call.injected() != 0) {
    return static_cast<CUresult>(call.injected());
  }
  if (flags != 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (settings().devices == 0) {
    return CUDA_ERROR_NO_DEVICE;
  }
  initialised = true;
  return CUDA_SUCCESS;
}

// Works before cuInit, too.
CUresult cuDriverGetVersion(int* version) {
  Call call("cuDriverGetVersion");
  if (version == nullptr) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  *version = settings().driverVersion;
  return static_cast<CUresult>(call.injected());
}

CUresult cuDeviceGetCount(int* count) {
  return driverCall("cuDeviceGetCount", [&] {
    requireResult(count);
    *count = settings().devices;
  });
}

CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  return driverCall("cuDeviceGet", [&] {
    requireResult(device);
    requireDevice(ordinal);
    *device = ordinal;
  });
}

CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
  return driverCall("cuDeviceGetName", [&] {
    requireResult(name);
    requireDevice(device);
    require(length > 0, CUDA_ERROR_INVALID_VALUE, "no room for a name");
    std::strncpy(name, "emulated GPU", static_cast<size_t>(length) - 1);
    name[length - 1] = 0;
  });
}

CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute which, CUdevice device) {
  return driverCall("cuDeviceGetAttribute", [&] {
    requireResult(value);
    requireDevice(device);
    *value = attribute(which);
  });
}

CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice device) {
  return driverCall("cuDeviceTotalMem_v2", [&] {
    requireResult(bytes);
    requireDevice(device);
    *bytes = settings().memory;
  });
}

CUresult cuDevicePrimaryCtxRetain(CUcontext* handle, CUdevice device) {
  return driverCall("cuDevicePrimaryCtxRetain", [&] {
    requireResult(handle);
    requireDevice(device);
    Context& context = contextOf(device);
    require(context.error == CUDA_SUCCESS, context.error, "the GPU has failed before");
    context.retained++;
    *handle = handleOf(device);
  });
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  return driverCall("cuDevicePrimaryCtxRelease_v2", [&] {
    requireDevice(device);
    Context& context = contextOf(device);
    require(context.retained > 0, CUDA_ERROR_INVALID_CONTEXT, "the context is not retained");
    drain();
    if (--context.retained == 0) {
      context.error = CUDA_SUCCESS;
      endPool(device);
    }
  });
}

CUresult cuCtxSetCurrent(CUcontext handle) {
  return driverCall("cuCtxSetCurrent", [&] {
    if (handle != nullptr) {
      int device = deviceOfContext(handle);
      require(contextOf(device).retained > 0, CUDA_ERROR_INVALID_CONTEXT,
              "the context is not retained");
    }
    if (!contextStack.empty()) {
      contextStack.pop_back();
    }
    if (handle != nullptr) {
      contextStack.push_back(handle);
    }
  });
}

CUresult cuCtxGetCurrent(CUcontext* handle) {
  return driverCall("cuCtxGetCurrent", [&] {
    requireResult(handle);
    *handle = contextStack.empty() ? nullptr : contextStack.back();
  });
}

CUresult cuCtxPushCurrent_v2(CUcontext handle) {
  return driverCall("cuCtxPushCurrent_v2", [&] {
    int device = deviceOfContext(handle);
    require(contextOf(device).retained > 0, CUDA_ERROR_INVALID_CONTEXT,
            "the context is not retained");
    contextStack.push_back(handle);
  });
}

CUresult cuCtxPopCurrent_v2(CUcontext* handle) {
  return driverCall("cuCtxPopCurrent_v2", [&] {
    require(!contextStack.empty(), CUDA_ERROR_INVALID_CONTEXT, "no context is current");
    if (handle != nullptr) {
      *handle = contextStack.back();
    }
    contextStack.pop_back();
  });
}

}  // extern "C"
