// What the parts of the emulated driver and the emulated cuDNN share. Everything here is guarded by
// one lock, which a Call holds.
#pragma once

#include <cuda.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)

namespace emulator {

// Ends a call with a status; the message is for whoever debugs with `explain`.
struct Failure {
  int status;
  std::string message;
};

// One call of an exported function: holds the lock, and is where injected faults strike.
class Call {
 public:
  explicit Call(const char* function);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // The status that this call must end with, or 0.
  int injected() const { return injected_; }

 private:
  std::lock_guard<std::recursive_mutex> lock_;
  int injected_;
};

// Prints what went wrong, if asked to by `explain`, and keeps it for lanewiseEmulatorLastError.
void explain(const char* function, const std::string& message);

// What LANEWISE_EMULATOR asks for; see README.md.
struct Settings {
  int devices = 1;
  int driverVersion = 12080;
  size_t cudnnVersion = 90600;
  size_t memory = size_t{2} << 30;
  // Compute capability, major times 10 plus minor.
  int capability = 80;
  // Whether there is memory in the order of streams.
  bool pools = true;
  // Whether no algorithm for convolutions computes the same bits each time.
  bool nondeterministic = false;
  bool eager = false;
  bool explain = false;
  // A file for the report of what was not destroyed; none if empty.
  std::string leaks;
};

const Settings& settings();

// Whether the allocation that is being made must fail.
bool allocationFails();

// Objects that were created and not yet destroyed, of one kind.
class Census {
 public:
  explicit Census(const char* kind);
  virtual ~Census();
  const char* kind() const { return kind_; }
  virtual size_t live() const = 0;

 private:
  const char* kind_;
};

// Objects behind opaque handles. A handle is a number that is never used twice and that is no
// address, so the use of a destroyed one is always noticed.
template <typename Handle, typename Object>
class Handles : public Census {
 public:
  Handles(const char* kind, int unknown) : Census(kind), unknown_(unknown) {}

  Handle add(std::unique_ptr<Object> object) {
    uint64_t id = ++last_ << 4 | kTag;
    objects_.emplace(id, std::move(object));
    return reinterpret_cast<Handle>(id);
  }

  bool has(Handle handle) const { return objects_.count(reinterpret_cast<uint64_t>(handle)) > 0; }

  Object& at(Handle handle) const {
    auto found = objects_.find(reinterpret_cast<uint64_t>(handle));
    if (found == objects_.end()) {
      throw Failure{unknown_, std::string("there is no such ") + kind()};
    }
    return *found->second;
  }

  std::unique_ptr<Object> remove(Handle handle) {
    at(handle);
    auto found = objects_.find(reinterpret_cast<uint64_t>(handle));
    std::unique_ptr<Object> object = std::move(found->second);
    objects_.erase(found);
    return object;
  }

  size_t live() const override { return objects_.size(); }

  const std::map<uint64_t, std::unique_ptr<Object>>& all() const { return objects_; }

 private:
  static constexpr uint64_t kTag = 0x5aa6000000000000;

  std::map<uint64_t, std::unique_ptr<Object>> objects_;
  uint64_t last_ = 0;
  int unknown_;
};

// A primary context, one of each device.
struct Context {
  int device = 0;
  int retained = 0;
  // Once the GPU has failed, every call says so until the context is released.
  CUresult error = CUDA_SUCCESS;
};

// The context of the calling thread; fails if there is none or its GPU has failed.
Context& current();

// Addresses of device memory: the host's, moved to where neither the host's processor nor
// AArch64's tagged addressing takes them for valid.
constexpr uint64_t kDeviceAddress = 0x5aa5000000000000;
constexpr uint64_t kDeviceAddressMask = 0xffff000000000000;

inline bool isDeviceAddress(uint64_t word) {
  return (word & kDeviceAddressMask) == kDeviceAddress;
}

// Where the bytes of device memory lie on the host; fails with CUDA_ERROR_ILLEGAL_ADDRESS unless
// all of them belong to one live allocation of the device. Notes that allocation, so that
// checkBorders sees it.
std::byte* onHost(uint64_t address, size_t bytes, int device);

// Fails with CUDA_ERROR_ILLEGAL_ADDRESS if something was written just outside of an allocation
// that onHost was asked for since the last call.
void checkBorders();

// Work in a stream. It runs later: at the latest when something waits for it.
using Work = std::function<void()>;

void enqueue(CUstream stream, Work work);

// Runs what was enqueued; what fails there is an error of the context from then on.
void drain();

// Whether work on the stream is being recorded rather than run.
bool isCapturing(CUstream stream);

// Refuses to wait for a stream that is being captured, and spoils its capture.
void requireNotCapturing(CUstream stream);

// Refuses what must not be done while any stream is being captured, and spoils that capture.
void requireNoCapture();

// The device whose context the stream belongs to; fails with CUDA_ERROR_INVALID_HANDLE.
int deviceOf(CUstream stream);

}  // namespace emulator

#pragma GCC visibility pop
