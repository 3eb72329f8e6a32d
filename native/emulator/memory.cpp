// The emulated driver: memory of the device and page-locked memory of the host.
//
// Every allocation lies between two borders that nothing may write to, and is filled with a pattern
// that reads as NaN in fp32 and bf16, so that what was never written shows. Memory that was freed is
// kept for a while, so that its addresses are not soon valid again.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <set>

#include "driver.h"

namespace emulator {
namespace {

constexpr uint32_t kPattern = 0x7fff7fff;
constexpr size_t kBorder = 256;
constexpr size_t kGranularity = 512;
constexpr size_t kFilledEnd = size_t{8} << 20;
constexpr size_t kKeptBytes = size_t{128} << 20;

size_t rounded(size_t bytes) { return (bytes + kGranularity - 1) / kGranularity * kGranularity; }

void fillAll(std::byte* from, size_t bytes) {
  std::fill_n(reinterpret_cast<uint32_t*>(from), bytes / sizeof(uint32_t), kPattern);
}

// Of large blocks only the ends, so that the host need not have all of the memory.
void fill(std::byte* from, size_t bytes) {
  if (bytes <= 2 * kFilledEnd) {
    fillAll(from, bytes);
  } else {
    fillAll(from, kFilledEnd);
    fillAll(from + bytes - kFilledEnd, kFilledEnd);
  }
}

// Memory with its borders.
class Bordered {
 public:
  explicit Bordered(size_t bytes)
      : bytes_(bytes),
        start_(static_cast<std::byte*>(std::aligned_alloc(kBorder, rounded(bytes) + 2 * kBorder))) {
    if (start_ == nullptr) {
      throw Failure{CUDA_ERROR_OUT_OF_MEMORY, "the host has no memory for the emulated GPU"};
    }
    fill(start_, rounded(bytes) + 2 * kBorder);
  }
  ~Bordered() { std::free(start_); }
  Bordered(const Bordered&) = delete;
  Bordered& operator=(const Bordered&) = delete;

  std::byte* data() const { return start_ + kBorder; }
  size_t bytes() const { return bytes_; }

  bool bordersAreIntact() const {
    return isIntact(start_, kBorder) && isIntact(data() + bytes_, kBorder);
  }

 private:
  static bool isIntact(const std::byte* from, size_t bytes) {
    std::byte expected[sizeof(kPattern)];
    std::memcpy(expected, &kPattern, sizeof(kPattern));
    for (size_t i = 0; i < bytes; i++) {
      if (from[i] != expected[reinterpret_cast<uintptr_t>(from + i) % sizeof(kPattern)]) {
        return false;
      }
    }
    return true;
  }

  size_t bytes_;
  std::byte* start_;
};

struct Allocation {
  std::unique_ptr<Bordered> memory;
  int device;
  bool ofPool;
  // Work of other streams must not use it before this one has come to its allocation.
  CUstream stream;
  bool published;
  // Freed in a stream that has not come so far.
  bool freeing = false;
};

uint64_t addressOf(const Bordered& memory) {
  return reinterpret_cast<uint64_t>(memory.data()) + kDeviceAddress;
}

class DeviceMemory : public Census {
 public:
  DeviceMemory() : Census("device allocation") {}

  uint64_t allocate(size_t bytes, int device) { return add(bytes, device, false, nullptr); }

  uint64_t allocateInStream(size_t bytes, int device, CUstream stream) {
    return add(bytes, device, true, stream);
  }

  void publish(CUstream stream) {
    for (auto& [address, allocation] : allocations_) {
      allocation.published |= allocation.stream == stream;
    }
  }

  // What starts at this address and is to be freed.
  Allocation& toFree(uint64_t address) {
    auto found = allocations_.find(address);
    require(found != allocations_.end() && !found->second.freeing, CUDA_ERROR_INVALID_VALUE,
            "no allocation starts at the address that is to be freed");
    return found->second;
  }

  void release(uint64_t address) {
    auto found = allocations_.find(address);
    Allocation& allocation = found->second;
    bool intact = allocation.memory->bordersAreIntact();
    used_[allocation.device] -= rounded(allocation.memory->bytes());
    if (allocation.ofPool) {
      Pool& pool = pools_[allocation.device];
      pool.kept = std::min(pool.kept + rounded(allocation.memory->bytes()), pool.threshold);
    }
    keptBytes_ += allocation.memory->bytes();
    fill(allocation.memory->data(), allocation.memory->bytes());
    kept_.push_back(std::move(allocation.memory));
    allocations_.erase(found);
    touched_.erase(address);
    while (keptBytes_ > kKeptBytes) {
      keptBytes_ -= kept_.front()->bytes();
      kept_.pop_front();
    }
    require(intact, CUDA_ERROR_ILLEGAL_ADDRESS, "something was written beside an allocation");
  }

  // The allocation that these bytes are in, with its start.
  std::pair<const uint64_t, Allocation>& find(uint64_t address, size_t bytes, int device) {
    auto next = allocations_.upper_bound(address);
    if (next == allocations_.begin()) {
      throw illegal(address, bytes, "no allocation");
    }
    auto& found = *std::prev(next);
    uint64_t end = found.first + found.second.memory->bytes();
    if (address >= end) {
      throw illegal(address, bytes, "no allocation (any more)");
    }
    if (bytes > end - address) {
      throw illegal(address, bytes, "an allocation that ends before");
    }
    if (found.second.device != device) {
      throw illegal(address, bytes, "another GPU's memory");
    }
    return found;
  }

  // For the work that runs now.
  std::byte* use(uint64_t address, size_t bytes, int device) {
    auto& [start, allocation] = find(address, bytes, device);
    if (!allocation.published && runningStream() != allocation.stream) {
      throw illegal(address, bytes, "memory that another stream may not have allocated yet");
    }
    touched_.insert(start);
    return reinterpret_cast<std::byte*>(address - kDeviceAddress);
  }

  void checkTouched() {
    std::set<uint64_t> touched;
    touched.swap(touched_);
    for (uint64_t address : touched) {
      require(allocations_.at(address).memory->bordersAreIntact(), CUDA_ERROR_ILLEGAL_ADDRESS,
              "something was written beside an allocation");
    }
  }

  size_t used(int device) { return used_[device]; }

  // The part of a GPU's memory that is not free, though perhaps not used.
  size_t reserved(int device) { return used_[device] + pools_[device].kept; }

  // How much of what is freed the pool keeps.
  void setThreshold(int device, size_t bytes) { pools_[device].threshold = bytes; }

  void trimPool(int device, size_t bytes) {
    size_t& kept = pools_[device].kept;
    kept = std::min(kept, bytes > used_[device] ? bytes - used_[device] : 0);
  }

  void endPool(int device) { pools_.erase(device); }

  size_t live() const override { return allocations_.size(); }

 private:
  uint64_t add(size_t bytes, int device, bool ofPool, CUstream stream) {
    require(bytes > 0, CUDA_ERROR_INVALID_VALUE, "an allocation of no bytes");
    require(!allocationFails(), CUDA_ERROR_OUT_OF_MEMORY, "injected");
    if (used_[device] + rounded(bytes) > settings().memory) {
      drain();
    }
    require(bytes <= settings().memory && used_[device] + rounded(bytes) <= settings().memory,
            CUDA_ERROR_OUT_OF_MEMORY, "the emulated GPU's memory is full");
    auto memory = std::make_unique<Bordered>(bytes);
    uint64_t address = addressOf(*memory);
    used_[device] += rounded(bytes);
    // An allocation is made from what the pool keeps, or has it give that up.
    size_t& kept = pools_[device].kept;
    kept -= ofPool ? std::min(kept, rounded(bytes)) : 0;
    kept = std::min(kept, settings().memory - used_[device]);
    allocations_[address] = {std::move(memory), device, ofPool, stream, !ofPool};
    return address;
  }

  static Failure illegal(uint64_t address, size_t bytes, const char* where) {
    char text[120];
    std::snprintf(text, sizeof(text), "%zu bytes at %#llx are in %s", bytes,
                  static_cast<unsigned long long>(address), where);
    return {CUDA_ERROR_ILLEGAL_ADDRESS, text};
  }

  struct Pool {
    size_t threshold = 0;
    size_t kept = 0;
  };

  std::map<uint64_t, Allocation> allocations_;
  std::map<int, Pool> pools_;
  std::map<int, size_t> used_;
  std::set<uint64_t> touched_;
  std::deque<std::unique_ptr<Bordered>> kept_;
  size_t keptBytes_ = 0;
};

DeviceMemory& deviceMemory() {
  static DeviceMemory& memory = *new DeviceMemory;
  return memory;
}

// Page-locked memory of the host.
class HostMemory : public Census {
 public:
  explicit HostMemory(const char* kind) : Census(kind) {}

  void* allocate(size_t bytes) {
    require(bytes > 0, CUDA_ERROR_INVALID_VALUE, "an allocation of no bytes");
    require(!allocationFails(), CUDA_ERROR_OUT_OF_MEMORY, "injected");
    constexpr size_t kPage = 4096;
    size_t pages = (bytes + kPage - 1) / kPage * kPage;
    auto* start = static_cast<std::byte*>(std::aligned_alloc(kPage, pages));
    require(start != nullptr, CUDA_ERROR_OUT_OF_MEMORY, "the host has no memory");
    fill(start, pages);
    ranges_[start] = bytes;
    return start;
  }

  void free(void* start) {
    remove(start, CUDA_ERROR_INVALID_VALUE);
    std::free(start);
  }

  void add(void* start, size_t bytes) {
    require(start != nullptr && bytes > 0, CUDA_ERROR_INVALID_VALUE, "no memory to register");
    require(!contains(start, 1), CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED,
            "the memory is registered already");
    ranges_[static_cast<std::byte*>(start)] = bytes;
  }

  void remove(void* start, CUresult unknown) {
    require(ranges_.erase(static_cast<std::byte*>(start)) == 1, unknown,
            "no page-locked memory starts there");
  }

  bool contains(const void* host, size_t bytes) const {
    auto* start = static_cast<const std::byte*>(host);
    auto next = ranges_.upper_bound(const_cast<std::byte*>(start));
    if (next == ranges_.begin()) {
      return false;
    }
    auto& [first, length] = *std::prev(next);
    return start + bytes <= first + length;
  }

  size_t live() const override { return ranges_.size(); }

 private:
  std::map<std::byte*, size_t> ranges_;
};

HostMemory& hostAllocations() {
  static HostMemory& memory = *new HostMemory("page-locked allocation");
  return memory;
}

HostMemory& registered() {
  static HostMemory& memory = *new HostMemory("registered host memory");
  return memory;
}

CUresult allocateDevice(const char* function, CUdeviceptr* address, size_t bytes) {
  return driverCall(function, [&] {
    requireResult(address);
    Context& context = current();
    requireNoCapture();
    *address = deviceMemory().allocate(bytes, context.device);
  });
}

CUresult allocateHost(const char* function, void** host, size_t bytes) {
  return driverCall(function, [&] {
    requireResult(host);
    current();
    requireNoCapture();
    *host = hostAllocations().allocate(bytes);
  });
}

void requireHost(const void* host) {
  require(host != nullptr, CUDA_ERROR_INVALID_VALUE, "host memory at null");
  require(!isDeviceAddress(reinterpret_cast<uint64_t>(host)), CUDA_ERROR_INVALID_VALUE,
          "a device's address where the host's is asked for");
}

void requireDeviceAddress(uint64_t address) {
  require(isDeviceAddress(address), CUDA_ERROR_INVALID_VALUE,
          "not an address of the device's memory");
}

// Checks at the time of the call, as the driver does for copies and fills.
void requireAllocated(uint64_t address, size_t bytes, int device) {
  requireDeviceAddress(address);
  try {
    deviceMemory().find(address, bytes, device);
  } catch (const Failure& failure) {
    throw Failure{CUDA_ERROR_INVALID_VALUE, failure.message};
  }
}

int deviceOfPool(CUmemoryPool pool) {
  int device = static_cast<int>(reinterpret_cast<uintptr_t>(pool)) - 1;
  requireDevice(device);
  return device;
}

// Waits for all that was enqueued, and for the legacy stream's part in it.
int beginBlockingCopy() {
  int device = current().device;
  requireNotCapturing(nullptr);
  drain();
  current();
  return device;
}

template <typename T>
void fillDevice(uint64_t address, T value, size_t count, int device) {
  auto* start = reinterpret_cast<T*>(onHost(address, count * sizeof(T), device));
  std::fill_n(start, count, value);
}

template <typename T>
CUresult fillNow(const char* function, CUdeviceptr address, T value, size_t count) {
  return driverCall(function, [&] {
    int device = beginBlockingCopy();
    if (count > 0) {
      requireAllocated(address, count * sizeof(T), device);
      fillDevice(address, value, count, device);
    }
  });
}

template <typename T>
CUresult fillLater(const char* function, CUdeviceptr address, T value, size_t count,
                   CUstream stream) {
  return driverCall(function, [&] {
    int device = deviceOf(stream);
    if (count > 0) {
      require(address % sizeof(T) == 0, CUDA_ERROR_INVALID_VALUE, "a misaligned address");
      requireAllocated(address, count * sizeof(T), device);
      enqueue(stream, [=] { fillDevice(address, value, count, device); });
    }
  });
}

}  // namespace

std::byte* onHost(uint64_t address, size_t bytes, int device) {
  return deviceMemory().use(address, bytes, device);
}

void checkBorders() { deviceMemory().checkTouched(); }

void publishAllocations(CUstream stream) { deviceMemory().publish(stream); }

void endPool(int device) { deviceMemory().endPool(device); }

bool isPageLocked(const void* host, size_t bytes) {
  return hostAllocations().contains(host, bytes) || registered().contains(host, bytes);
}

}  // namespace emulator

using namespace emulator;

#pragma GCC visibility push(default)

extern "C" {

CUresult cuMemGetInfo_v2(size_t* free, size_t* total) {
  return driverCall("cuMemGetInfo_v2", [&] {
    requireResult(free);
    requireResult(total);
    Context& context = current();
    *total = settings().memory;
    *free = settings().memory - deviceMemory().reserved(context.device);
  });
}

CUresult cuMemAlloc_v2(CUdeviceptr* address, size_t bytes) {
  return allocateDevice("cuMemAlloc_v2", address, bytes);
}

CUresult cuMemFree_v2(CUdeviceptr address) {
  return driverCall("cuMemFree_v2", [&] {
    if (address == 0) {
      return;
    }
    requireNoCapture();
    drain();
    deviceMemory().toFree(address);
    deviceMemory().release(address);
    current();
  });
}

CUresult cuMemAllocAsync(CUdeviceptr* address, size_t bytes, CUstream stream) {
  return driverCall("cuMemAllocAsync", [&] {
    requireResult(address);
    int device = deviceOf(stream);
    require(settings().pools, CUDA_ERROR_NOT_SUPPORTED, "the GPU has no memory pools");
    requireNotCapturing(stream);
    *address = deviceMemory().allocateInStream(bytes, device, stream);
  });
}

CUresult cuMemFreeAsync(CUdeviceptr address, CUstream stream) {
  return driverCall("cuMemFreeAsync", [&] {
    Allocation& allocation = deviceMemory().toFree(address);
    require(allocation.ofPool, CUDA_ERROR_INVALID_VALUE, "this memory is not of a pool");
    if (contextOf(allocation.device).error != CUDA_SUCCESS) {
      deviceMemory().release(address);
      current();
    }
    requireNotCapturing(stream);
    if (isIdle(stream)) {
      // A GPU may free it at once, whatever waits in other streams.
      deviceMemory().release(address);
    } else {
      allocation.freeing = true;
      enqueue(stream, [address] { deviceMemory().release(address); });
    }
  });
}

CUresult cuMemAllocHost_v2(void** host, size_t bytes) {
  return allocateHost("cuMemAllocHost_v2", host, bytes);
}

CUresult cuMemHostAlloc(void** host, size_t bytes, unsigned) {
  return allocateHost("cuMemHostAlloc", host, bytes);
}

CUresult cuMemFreeHost(void* host) {
  return driverCall("cuMemFreeHost", [&] {
    requireNoCapture();
    drain();
    hostAllocations().free(host);
    current();
  });
}

CUresult cuMemHostRegister_v2(void* host, size_t bytes, unsigned) {
  return driverCall("cuMemHostRegister_v2", [&] {
    current();
    requireNoCapture();
    registered().add(host, bytes);
  });
}

CUresult cuMemHostUnregister(void* host) {
  return driverCall("cuMemHostUnregister", [&] {
    drain();
    registered().remove(host, CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
    current();
  });
}

CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, size_t bytes) {
  return driverCall("cuMemcpyHtoD_v2", [&] {
    int device = beginBlockingCopy();
    if (bytes > 0) {
      requireHost(from);
      requireAllocated(to, bytes, device);
      std::memcpy(onHost(to, bytes, device), from, bytes);
    }
  });
}

CUresult cuMemcpyDtoH_v2(void* to, CUdeviceptr from, size_t bytes) {
  return driverCall("cuMemcpyDtoH_v2", [&] {
    int device = beginBlockingCopy();
    if (bytes > 0) {
      requireHost(to);
      requireAllocated(from, bytes, device);
      std::memcpy(to, onHost(from, bytes, device), bytes);
    }
  });
}

CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
  return driverCall("cuMemcpyDtoD_v2", [&] {
    int device = beginBlockingCopy();
    if (bytes > 0) {
      requireAllocated(to, bytes, device);
      requireAllocated(from, bytes, device);
      std::memcpy(onHost(to, bytes, device), onHost(from, bytes, device), bytes);
    }
  });
}

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, CUstream stream) {
  return driverCall("cuMemcpyHtoDAsync_v2", [&] {
    int device = deviceOf(stream);
    if (bytes == 0) {
      return;
    }
    requireHost(from);
    requireAllocated(to, bytes, device);
    if (isPageLocked(from, bytes)) {
      enqueue(stream, [=] { std::memcpy(onHost(to, bytes, device), from, bytes); });
    } else {
      // The driver stages what the GPU cannot reach before the call returns.
      requireNotCapturing(stream);
      auto* start = static_cast<const std::byte*>(from);
      std::vector<std::byte> staged(start, start + bytes);
      enqueue(stream, [=, data = std::move(staged)] {
        std::memcpy(onHost(to, bytes, device), data.data(), bytes);
      });
    }
  });
}

CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, CUstream stream) {
  return driverCall("cuMemcpyDtoHAsync_v2", [&] {
    int device = deviceOf(stream);
    if (bytes == 0) {
      return;
    }
    requireHost(to);
    requireAllocated(from, bytes, device);
    bool waits = !isPageLocked(to, bytes);
    if (waits) {
      requireNotCapturing(stream);
    }
    enqueue(stream, [=] { std::memcpy(to, onHost(from, bytes, device), bytes); });
    if (waits) {
      drain();
      current();
    }
  });
}

CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
  return driverCall("cuMemcpyDtoDAsync_v2", [&] {
    int device = deviceOf(stream);
    if (bytes == 0) {
      return;
    }
    requireAllocated(to, bytes, device);
    requireAllocated(from, bytes, device);
    enqueue(stream, [=] {
      std::memcpy(onHost(to, bytes, device), onHost(from, bytes, device), bytes);
    });
  });
}

CUresult cuMemsetD8_v2(CUdeviceptr address, unsigned char value, size_t count) {
  return fillNow("cuMemsetD8_v2", address, value, count);
}

CUresult cuMemsetD32_v2(CUdeviceptr address, unsigned value, size_t count) {
  return fillNow("cuMemsetD32_v2", address, value, count);
}

CUresult cuMemsetD8Async(CUdeviceptr address, unsigned char value, size_t count, CUstream stream) {
  return fillLater("cuMemsetD8Async", address, value, count, stream);
}

CUresult cuMemsetD32Async(CUdeviceptr address, unsigned value, size_t count, CUstream stream) {
  return fillLater("cuMemsetD32Async", address, value, count, stream);
}

CUresult cuDeviceGetDefaultMemPool(CUmemoryPool* pool, CUdevice device) {
  return driverCall("cuDeviceGetDefaultMemPool", [&] {
    requireResult(pool);
    requireDevice(device);
    require(settings().pools, CUDA_ERROR_NOT_SUPPORTED, "the GPU has no memory pools");
    // There is one pool of each device.
    *pool = reinterpret_cast<CUmemoryPool>(static_cast<uintptr_t>(device) + 1);
  });
}

CUresult cuMemPoolSetAttribute(CUmemoryPool pool, CUmemPool_attribute attribute, void* value) {
  return driverCall("cuMemPoolSetAttribute", [&] {
    requireResult(value);
    int device = deviceOfPool(pool);
    require(attribute == CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, CUDA_ERROR_NOT_SUPPORTED,
            "an attribute that is not emulated");
    deviceMemory().setThreshold(device, *static_cast<uint64_t*>(value));
  });
}

CUresult cuMemPoolGetAttribute(CUmemoryPool pool, CUmemPool_attribute attribute, void* value) {
  return driverCall("cuMemPoolGetAttribute", [&] {
    requireResult(value);
    int device = deviceOfPool(pool);
    bool reserved = attribute == CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT;
    require(reserved || attribute == CU_MEMPOOL_ATTR_USED_MEM_CURRENT, CUDA_ERROR_NOT_SUPPORTED,
            "an attribute that is not emulated");
    *static_cast<uint64_t*>(value) =
        reserved ? deviceMemory().reserved(device) : deviceMemory().used(device);
  });
}

CUresult cuMemPoolTrimTo(CUmemoryPool pool, size_t bytes) {
  return driverCall("cuMemPoolTrimTo", [&] { deviceMemory().trimPool(deviceOfPool(pool), bytes); });
}

}  // extern "C"
