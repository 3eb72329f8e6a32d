// The emulated driver: modules of PTX, whose kernels kernels.cpp has compiled for the host.
#include <cstring>
#include <fstream>
#include <regex>
#include <sstream>

#include "driver.h"

namespace emulator {
namespace {

// What PTX says about a kernel.
struct Entry {
  std::vector<size_t> sizes;
  unsigned maxThreads = 1024;
};

struct Module {
  int device;
  std::map<std::string, Entry> entries;
};

struct Function {
  CUmodule module;
  const HostKernel* kernel;
  unsigned maxThreads;
};

Handles<CUmodule, Module>& modules() {
  static auto& all = *new Handles<CUmodule, Module>("module", CUDA_ERROR_INVALID_HANDLE);
  return all;
}

// Functions belong to their module and are not counted.
std::map<uint64_t, Function>& functions() {
  static auto& all = *new std::map<uint64_t, Function>;
  return all;
}

constexpr uint64_t kFunctionHandle = 0x5aa8000000000000;

size_t sizeOfType(const std::string& type) {
  return std::stoul(type.substr(1)) / 8;
}

// The parameters between the brackets of an entry, such as
// `.param .u64 .ptr .align 1 name_param_0` or `.param .align 8 .b8 name_param_1[24]`.
std::vector<size_t> parameterSizes(const std::string& parameters) {
  static const std::regex parameter(
      R"(\.param\s+(?:\.align\s+\d+\s+)?\.([busf]\d+)(?:\s+\.\w+(?:\s+\d+)?)*\s+\w+(?:\[(\d+)\])?)");
  std::vector<size_t> sizes;
  std::sregex_iterator end;
  for (std::sregex_iterator at(parameters.begin(), parameters.end(), parameter); at != end; ++at) {
    size_t count = (*at)[2].matched ? std::stoul((*at)[2]) : 1;
    sizes.push_back(count * sizeOfType((*at)[1]));
  }
  return sizes;
}

// PTX up to this version is what the driver takes; 80 is 8.0.
int newestPtx(int driver) {
  static const std::pair<int, int> versions[] = {
      {13000, 90}, {12090, 88}, {12080, 87}, {12070, 86}, {12050, 85}, {12040, 84},
      {12030, 83}, {12020, 82}, {12010, 81}, {12000, 80}, {11080, 78}, {11040, 74}};
  for (auto [from, ptx] : versions) {
    if (driver >= from) {
      return ptx;
    }
  }
  return 70;
}

std::map<std::string, Entry> parse(const std::string& ptx) {
  static const std::regex version(R"((?:^|\n)\s*\.version\s+(\d+)\.(\d+))");
  static const std::regex target(R"(\n\s*\.target\s+sm_(\d+)(\w?))");
  static const std::regex addresses(R"(\n\s*\.address_size\s+64)");
  std::smatch match;
  require(std::regex_search(ptx, match, version), CUDA_ERROR_INVALID_IMAGE, "this is not PTX");
  int needed = std::stoi(match[1]) * 10 + std::stoi(match[2]);
  require(needed <= newestPtx(settings().driverVersion), CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
          "PTX of a newer version than the driver's");
  require(std::regex_search(ptx, match, target) && std::regex_search(ptx, addresses),
          CUDA_ERROR_INVALID_PTX, "PTX without a target or for 32 bits");
  constexpr int kEmulatedCapability = 80;
  require(std::stoi(match[1]) <= kEmulatedCapability && match[2].length() == 0,
          CUDA_ERROR_NO_BINARY_FOR_GPU, "PTX for another GPU");

  std::map<std::string, Entry> entries;
  for (size_t at = ptx.find(".entry "); at != std::string::npos; at = ptx.find(".entry ", at)) {
    size_t open = ptx.find('(', at);
    size_t close = ptx.find(')', at);
    size_t body = ptx.find('{', at);
    require(open < close && close < body && body != std::string::npos, CUDA_ERROR_INVALID_PTX,
            "a kernel without a body");
    std::string name = ptx.substr(at + 7, open - at - 7);
    name.erase(name.find_last_not_of(" \n\t") + 1);
    Entry entry;
    entry.sizes = parameterSizes(ptx.substr(open, close - open));
    std::string directives = ptx.substr(close, body - close);
    static const std::regex limit(R"(\.maxntid\s+(\d+)(?:\s*,\s*(\d+))?(?:\s*,\s*(\d+))?)");
    if (std::regex_search(directives, match, limit)) {
      entry.maxThreads = 1;
      for (size_t i = 1; i <= 3; i++) {
        entry.maxThreads *= match[i].matched ? static_cast<unsigned>(std::stoul(match[i])) : 1;
      }
    }
    entries[name] = entry;
    at = body;
  }
  return entries;
}

CUresult load(const char* function, CUmodule* handle, const std::function<std::string()>& text) {
  return driverCall(function, [&] {
    requireResult(handle);
    Context& context = current();
    requireNoCapture();
    *handle = modules().add(std::make_unique<Module>(Module{context.device, parse(text())}));
  });
}

const HostKernel& hostKernel(const char* name) {
  for (const HostKernel& kernel : hostKernels()) {
    if (std::strcmp(kernel.name, name) == 0) {
      return kernel;
    }
  }
  throw Failure{CUDA_ERROR_NOT_FOUND,
                std::string("kernels.cu has no kernel ") + name + ", but the PTX has"};
}

Function& functionOf(CUfunction handle) {
  auto found = functions().find(reinterpret_cast<uint64_t>(handle));
  require(found != functions().end() && modules().has(found->second.module),
          CUDA_ERROR_INVALID_HANDLE, "there is no such function");
  return found->second;
}

// A copy of a kernel's arguments, as the driver makes it at the launch.
class Arguments {
 public:
  Arguments(const HostKernel& kernel, void* const* arguments) : sizes_(kernel.sizes) {
    for (size_t i = 0; i < sizes_.size(); i++) {
      require(arguments != nullptr && arguments[i] != nullptr, CUDA_ERROR_INVALID_VALUE,
              "an argument at null");
      size_t offset = words_.size();
      words_.resize(offset + wordsOf(sizes_[i]));
      std::memcpy(&words_[offset], arguments[i], sizes_[i]);
    }
  }

  // Calls the body with pointers to the arguments, in which addresses are the host's.
  void translated(int device, const std::function<void(void* const*)>& body) const {
    // Two words more and a step of two: structures may ask for an alignment of 16 bytes.
    std::vector<uint64_t> words(words_.size() + 1);
    size_t shift = reinterpret_cast<uintptr_t>(words.data()) / sizeof(uint64_t) % 2;
    for (size_t i = 0; i < words_.size(); i++) {
      words[i + shift] = isDeviceAddress(words_[i])
                             ? reinterpret_cast<uint64_t>(onHost(words_[i], 1, device))
                             : words_[i];
    }
    std::vector<void*> pointers;
    size_t offset = shift;
    for (size_t size : sizes_) {
      pointers.push_back(&words[offset]);
      offset += wordsOf(size);
    }
    body(pointers.data());
  }

 private:
  static size_t wordsOf(size_t bytes) { return (bytes + 15) / 16 * 2; }

  std::vector<size_t> sizes_;
  std::vector<uint64_t> words_;
};

}  // namespace
}  // namespace emulator

using namespace emulator;

#pragma GCC visibility push(default)

extern "C" {

CUresult cuModuleLoad(CUmodule* handle, const char* path) {
  return load("cuModuleLoad", handle, [&] {
    std::ifstream file(path);
    require(file.good(), CUDA_ERROR_FILE_NOT_FOUND, "there is no such file");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  });
}

CUresult cuModuleLoadData(CUmodule* handle, const void* image) {
  return load("cuModuleLoadData", handle, [&] {
    require(image != nullptr, CUDA_ERROR_INVALID_VALUE, "a module at null");
    return std::string(static_cast<const char*>(image));
  });
}

CUresult cuModuleLoadDataEx(CUmodule* handle, const void* image, unsigned count,
                            CUjit_option* options, void** values) {
  return load("cuModuleLoadDataEx", handle, [&] {
    require(image != nullptr, CUDA_ERROR_INVALID_VALUE, "a module at null");
    require(count == 0 || (options != nullptr && values != nullptr), CUDA_ERROR_INVALID_VALUE,
            "options at null");
    for (unsigned i = 0; i < count; i++) {
      bool isLog = options[i] == CU_JIT_INFO_LOG_BUFFER || options[i] == CU_JIT_ERROR_LOG_BUFFER;
      if (isLog && values[i] != nullptr) {
        *static_cast<char*>(values[i]) = 0;
      }
    }
    return std::string(static_cast<const char*>(image));
  });
}

CUresult cuModuleUnload(CUmodule handle) {
  return driverCall("cuModuleUnload", [&] {
    requireNoCapture();
    drain();
    modules().remove(handle);
    current();
  });
}

CUresult cuModuleGetFunction(CUfunction* handle, CUmodule module, const char* name) {
  return driverCall("cuModuleGetFunction", [&] {
    requireResult(handle);
    require(name != nullptr, CUDA_ERROR_INVALID_VALUE, "a name at null");
    current();
    auto& entries = modules().at(module).entries;
    auto found = entries.find(name);
    require(found != entries.end(), CUDA_ERROR_NOT_FOUND, "the PTX has no such kernel");
    const HostKernel& kernel = hostKernel(name);
    require(found->second.sizes == kernel.sizes, CUDA_ERROR_INVALID_PTX,
            "the PTX's parameters are not those of kernels.cu: build it anew");
    uint64_t id = kFunctionHandle + 16 * (functions().size() + 1);
    functions()[id] = {module, &kernel, found->second.maxThreads};
    *handle = reinterpret_cast<CUfunction>(id);
  });
}

CUresult cuFuncGetAttribute(int* value, CUfunction_attribute attribute, CUfunction handle) {
  return driverCall("cuFuncGetAttribute", [&] {
    requireResult(value);
    current();
    Function& function = functionOf(handle);
    *value = attribute == CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK
                 ? static_cast<int>(function.maxThreads)
                 : 0;
  });
}

CUresult cuFuncSetAttribute(CUfunction handle, CUfunction_attribute, int) {
  return driverCall("cuFuncSetAttribute", [&] {
    current();
    functionOf(handle);
  });
}

CUresult cuLaunchKernel(CUfunction handle, unsigned gridX, unsigned gridY, unsigned gridZ,
                        unsigned blockX, unsigned blockY, unsigned blockZ, unsigned sharedBytes,
                        CUstream stream, void** arguments, void** extra) {
  return driverCall("cuLaunchKernel", [&] {
    int device = deviceOf(stream);
    Function& function = functionOf(handle);
    require(modules().at(function.module).device == device, CUDA_ERROR_INVALID_HANDLE,
            "a function of another context");
    require(gridX > 0 && gridX <= 0x7fffffff && gridY > 0 && gridY <= 65535 && gridZ > 0 &&
                gridZ <= 65535,
            CUDA_ERROR_INVALID_VALUE, "the grid's size is out of range");
    require(blockX > 0 && blockX <= 1024 && blockY > 0 && blockY <= 1024 && blockZ > 0 &&
                blockZ <= 64 && uint64_t{blockX} * blockY * blockZ <= function.maxThreads,
            CUDA_ERROR_INVALID_VALUE, "the block's size is out of range");
    require(sharedBytes == 0 && extra == nullptr, CUDA_ERROR_INVALID_VALUE,
            "dynamic shared memory and packed arguments are not emulated");
    Extent grid{gridX, gridY, gridZ};
    Extent block{blockX, blockY, blockZ};
    const HostKernel& kernel = *function.kernel;
    enqueue(stream, [=, &kernel, copied = Arguments(kernel, arguments)] {
      try {
        copied.translated(device, [&](void* const* pointers) {
          runGrid(kernel, grid, block, pointers);
        });
        checkBorders();
      } catch (const Failure& failure) {
        throw Failure{failure.status, std::string(kernel.name) + ": " + failure.message};
      }
    });
  });
}

}  // extern "C"
