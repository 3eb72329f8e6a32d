// Runs kernels on the host: the threads of a block as fibers.
//
// A fiber runs one thread of the block after the other until one of them has to wait. Then another
// fiber goes on with the next. A kernel without barriers therefore never leaves its first fiber.
#include <sys/mman.h>

#include <array>
#include <cstring>

#include "cuda_on_host.h"
#include "driver.h"

#if !defined(__x86_64__) || defined(LANEWISE_UCONTEXT)
#include <ucontext.h>
#endif

uint3 threadIdx;
uint3 blockIdx;
dim3 blockDim;
dim3 gridDim;

namespace emulator {
namespace {

constexpr size_t kStackBytes = size_t{128} << 10;
constexpr unsigned kMaxThreads = 1024;
constexpr unsigned kWarp = 32;
// What a shuffle reads from a thread that does not exist: a NaN.
constexpr uint64_t kUndefined = 0x7fff7fff7fff7fff;

[[noreturn]] void runFiber();

#if defined(__x86_64__) && !defined(LANEWISE_UCONTEXT)

// Saves the callee-saved registers on the stack, exchanges stacks and restores them.
asm(R"(
.text
.hidden lanewise_switch
.globl lanewise_switch
lanewise_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
)");
extern "C" void lanewise_switch(void** saved, void* next);

class Execution {
 public:
  void prepare(std::byte* stack) {
    auto** top = reinterpret_cast<void**>(stack + kStackBytes);
    *--top = nullptr;  // where runFiber would return to, if it did
    *--top = reinterpret_cast<void*>(runFiber);
    top -= 6;
    pointer_ = top;
  }

  static void exchange(Execution& from, Execution& to) {
    lanewise_switch(&from.pointer_, to.pointer_);
  }

 private:
  void* pointer_ = nullptr;
};

#else

class Execution {
 public:
  void prepare(std::byte* stack) {
    getcontext(&context_);
    context_.uc_stack.ss_sp = stack;
    context_.uc_stack.ss_size = kStackBytes;
    context_.uc_link = nullptr;
    makecontext(&context_, [] { runFiber(); }, 0);
  }

  static void exchange(Execution& from, Execution& to) {
    swapcontext(&from.context_, &to.context_);
  }

 private:
  ucontext_t context_;
};

#endif

std::byte* newStack() {
  void* memory = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    throw Failure{CUDA_ERROR_OUT_OF_MEMORY, "the host has no memory for the emulated GPU"};
  }
  return static_cast<std::byte*>(memory);
}

struct Fiber {
  Execution execution;
  std::byte* stack;
};

enum class State : unsigned char { kNew, kReady, kAtWarp, kAtBlock, kDone };

struct Warp {
  unsigned phase = 0;
  std::array<std::array<uint64_t, kWarp>, 2> given;
};

// One block at a time: everything is guarded by the runtime's lock.
class Block {
 public:
  void run(const HostKernel& kernel, unsigned threads, void* const* arguments) {
    kernel_ = &kernel;
    arguments_ = arguments;
    threads_ = threads;
    mistake_ = nullptr;
    for (unsigned t = 0; t < threads; t++) {
      states_[t] = State::kNew;
    }
    for (;;) {
      bool waits = false;
      for (unsigned first = 0; first < threads; first += kWarp) {
        waits |= runWarp(first, std::min(first + kWarp, threads));
        if (mistake_ != nullptr) {
          throw Failure{CUDA_ERROR_LAUNCH_FAILED, std::string(kernel.name) + ": " + mistake_};
        }
      }
      if (!waits) {
        return;
      }
      for (unsigned t = 0; t < threads; t++) {
        if (states_[t] == State::kAtBlock) {
          states_[t] = State::kReady;
        }
      }
    }
  }

  void waitForBlock() { wait(State::kAtBlock); }

  void waitForWarp(unsigned mask) {
    requireFullMask(mask);
    wait(State::kAtWarp);
  }

  uint64_t exchange(unsigned mask, uint64_t value, int lane) {
    requireFullMask(mask);
    unsigned thread = thread_;
    Warp& warp = warps_[thread / kWarp];
    // The next shuffle writes to the other row, while slower lanes may still read from this one.
    auto& given = warp.given[warp.phase];
    given[thread % kWarp] = value;
    wait(State::kAtWarp);
    bool exists = thread / kWarp * kWarp + static_cast<unsigned>(lane) < threads_;
    return exists ? given[static_cast<unsigned>(lane)] : kUndefined;
  }

  // Runs threads of the present warp until one has to wait or none is new.
  [[noreturn]] void runThreads() {
    for (;;) {
      do {
        kernel_->invoke(arguments_);
        states_[thread_] = State::kDone;
      } while (takeNext());
      idle_.push_back(fiber_);
      leave();
    }
  }

 private:
  // Returns whether threads of the warp wait for the block.
  bool runWarp(unsigned first, unsigned end) {
    end_ = end;
    for (;;) {
      bool ran = false;
      for (unsigned t = first; t < end && mistake_ == nullptr; t++) {
        if (states_[t] == State::kNew || states_[t] == State::kReady) {
          resume(t);
          ran = true;
        }
      }
      if (mistake_ != nullptr) {
        return false;
      }
      if (ran && !release(first, end)) {
        continue;
      }
      break;
    }
    bool waits = false;
    for (unsigned t = first; t < end; t++) {
      waits |= states_[t] == State::kAtBlock;
    }
    return waits;
  }

  // Lets the warp go on if all of it has met; returns whether nothing waits for the warp.
  bool release(unsigned first, unsigned end) {
    unsigned met = 0;
    for (unsigned t = first; t < end; t++) {
      met += states_[t] == State::kAtWarp;
    }
    if (met == 0) {
      return true;
    }
    if (met < end - first) {
      mistake_ = "a warp whose threads have parted or ended shuffles with the full mask";
      return true;
    }
    for (unsigned t = first; t < end; t++) {
      states_[t] = State::kReady;
    }
    warps_[first / kWarp].phase ^= 1;
    return false;
  }

  void resume(unsigned thread) {
    if (states_[thread] == State::kNew) {
      if (idle_.empty()) {
        fibers_.push_back(std::make_unique<Fiber>());
        idle_.push_back(fibers_.back().get());
        idle_.back()->stack = newStack();
      }
      fiber_ = idle_.back();
      idle_.pop_back();
      fiber_->execution.prepare(fiber_->stack);
    } else {
      fiber_ = owners_[thread];
    }
    enter(thread);
    Execution::exchange(scheduler_, fiber_->execution);
  }

  void enter(unsigned thread) {
    thread_ = thread;
    threadIdx.x = thread % blockDim.x;
    threadIdx.y = thread / blockDim.x % blockDim.y;
    threadIdx.z = thread / (blockDim.x * blockDim.y);
  }

  bool takeNext() {
    unsigned next = thread_ + 1;
    if (next >= end_ || states_[next] != State::kNew) {
      return false;
    }
    enter(next);
    return true;
  }

  void wait(State state) {
    states_[thread_] = state;
    owners_[thread_] = fiber_;
    leave();
  }

  void leave() { Execution::exchange(fiber_->execution, scheduler_); }

  void requireFullMask(unsigned mask) {
    if (mask != 0xffffffffu) {
      mistake_ = "only shuffles of whole warps are emulated";
      leave();
    }
  }

  const HostKernel* kernel_ = nullptr;
  void* const* arguments_ = nullptr;
  unsigned threads_ = 0;
  unsigned thread_ = 0;
  unsigned end_ = 0;
  const char* mistake_ = nullptr;
  Fiber* fiber_ = nullptr;
  Execution scheduler_;
  std::array<State, kMaxThreads> states_;
  std::array<Fiber*, kMaxThreads> owners_;
  std::array<Warp, kMaxThreads / kWarp> warps_;
  std::vector<Fiber*> idle_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
};

Block& block() {
  static Block& block = *new Block;
  return block;
}

void runFiber() { block().runThreads(); }

}  // namespace

void blockBarrier() { block().waitForBlock(); }

void warpBarrier(unsigned mask) { block().waitForWarp(mask); }

uint64_t exchange(unsigned mask, uint64_t value, int lane) {
  return block().exchange(mask, value, lane);
}

void runGrid(const HostKernel& kernel, Extent grid, Extent size, void* const* arguments) {
  gridDim = {grid.x, grid.y, grid.z};
  blockDim = {size.x, size.y, size.z};
  for (blockIdx.z = 0; blockIdx.z < grid.z; blockIdx.z++) {
    for (blockIdx.y = 0; blockIdx.y < grid.y; blockIdx.y++) {
      for (blockIdx.x = 0; blockIdx.x < grid.x; blockIdx.x++) {
        block().run(kernel, size.x * size.y * size.z, arguments);
      }
    }
  }
}

}  // namespace emulator
