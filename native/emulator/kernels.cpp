// native/kernels.cu, compiled for the host, and the table of its kernels.
#include "driver.h"

#include "cuda_on_host.h"

#include "../kernels.cu"

namespace emulator {
namespace {

template <typename... Arguments>
struct Invocation {
  template <void (*kernel)(Arguments...), size_t... index>
  static void invoke(void* const* arguments, std::index_sequence<index...>) {
    (void)arguments;  // of a kernel that takes none
    kernel(*static_cast<std::decay_t<Arguments>*>(arguments[index])...);
  }

  template <void (*kernel)(Arguments...)>
  static void invoke(void* const* arguments) {
    invoke<kernel>(arguments, std::index_sequence_for<Arguments...>());
  }
};

template <typename... Arguments>
Invocation<Arguments...> invocation(void (*)(Arguments...));

template <typename... Arguments>
std::vector<size_t> sizes(void (*)(Arguments...)) {
  return {sizeof(Arguments)...};
}

}  // namespace

const std::vector<HostKernel>& hostKernels() {
#define KERNEL(name) {#name, sizes(name), &decltype(invocation(name))::invoke<name>},
  static const std::vector<HostKernel> kernels = {
#include "kernel_table.inc"
  };
#undef KERNEL
  return kernels;
}

}  // namespace emulator
