// LANEWISE_EMULATOR: how the emulated GPU is equipped, and when it fails.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "runtime.h"

namespace emulator {
namespace {

struct Fault {
  std::string function;
  long call;
  int status;
};

struct State {
  Settings settings;
  std::vector<Fault> faults;
  std::map<std::string, long> calls;
  long allocations = 0;
  long failingAllocation = 0;
  bool failsFromThereOn = false;
  std::string lastError;
};

[[noreturn]] void refuse(const std::string& setting) {
  std::fprintf(stderr, "LANEWISE_EMULATOR: do not understand '%s'\n", setting.c_str());
  std::exit(2);
}

size_t bytes(const std::string& text) {
  char* unit;
  size_t number = std::strtoull(text.c_str(), &unit, 10);
  switch (*unit) {
    case 'K':
      return number << 10;
    case 'M':
      return number << 20;
    case 'G':
      return number << 30;
    default:
      return number;
  }
}

Fault fault(const std::string& value) {
  std::istringstream fields(value);
  std::string function, call, status;
  std::getline(fields, function, ':');
  std::getline(fields, call, ':');
  std::getline(fields, status, ':');
  constexpr int kCudnnExecutionFailed = 5000;
  int usual = function.rfind("cudnn", 0) == 0 ? kCudnnExecutionFailed : CUDA_ERROR_LAUNCH_FAILED;
  return {function, call.empty() ? 1 : std::stol(call), status.empty() ? usual : std::stoi(status)};
}

void set(State& state, const std::string& setting) {
  size_t equals = setting.find('=');
  std::string key = setting.substr(0, equals);
  std::string value = equals == std::string::npos ? "1" : setting.substr(equals + 1);
  if (key == "devices") {
    state.settings.devices = std::stoi(value);
  } else if (key == "driver") {
    state.settings.driverVersion = std::stoi(value);
  } else if (key == "cudnn") {
    state.settings.cudnnVersion = std::stoul(value);
  } else if (key == "memory") {
    state.settings.memory = bytes(value);
  } else if (key == "capability") {
    state.settings.capability = std::stoi(value);
  } else if (key == "pools") {
    state.settings.pools = value != "0";
  } else if (key == "nondeterministic") {
    state.settings.nondeterministic = value != "0";
  } else if (key == "eager") {
    state.settings.eager = value != "0";
  } else if (key == "explain") {
    state.settings.explain = value != "0";
  } else if (key == "leaks") {
    state.settings.leaks = value;
  } else if (key == "oom") {
    state.failingAllocation = std::stol(value);
    state.failsFromThereOn = value.back() == '+';
  } else if (key == "fail") {
    state.faults.push_back(fault(value));
  } else {
    refuse(setting);
  }
}

State parse(const char* text) {
  State state;
  std::istringstream all(text == nullptr ? "" : text);
  for (std::string setting; std::getline(all, setting, ',');) {
    try {
      set(state, setting);
    } catch (const std::logic_error&) {  // not a number
      refuse(setting);
    }
  }
  return state;
}

State& state() {
  static State& state = *new State(parse(std::getenv("LANEWISE_EMULATOR")));
  return state;
}

std::recursive_mutex& lock() {
  static std::recursive_mutex& lock = *new std::recursive_mutex;
  return lock;
}

std::set<Census*>& censuses() {
  static std::set<Census*>& all = *new std::set<Census*>;
  return all;
}

std::string liveObjects(size_t& count) {
  std::ostringstream text;
  count = 0;
  std::map<std::string, size_t> kinds;
  for (Census* census : censuses()) {
    kinds[census->kind()] += census->live();
  }
  for (auto& [kind, live] : kinds) {
    if (live > 0) {
      text << (count > 0 ? ", " : "") << live << " x " << kind;
      count += live;
    }
  }
  return text.str();
}

// Writes the report when the library is unloaded or the process exits.
struct LeakReport {
  ~LeakReport() {
    size_t count;
    std::string text = liveObjects(count);
    if (!state().settings.leaks.empty()) {
      std::ofstream(state().settings.leaks) << text;
    }
  }
} leakReport;

int injectedStatus(const char* function) {
  long call = ++state().calls[function];
  for (const Fault& fault : state().faults) {
    if (fault.function == function && fault.call == call) {
      return fault.status;
    }
  }
  return 0;
}

}  // namespace

Call::Call(const char* function) : lock_(lock()), injected_(injectedStatus(function)) {}

Call::~Call() = default;

Census::Census(const char* kind) : kind_(kind) { censuses().insert(this); }

Census::~Census() { censuses().erase(this); }

const Settings& settings() { return state().settings; }

bool allocationFails() {
  State& now = state();
  long allocation = ++now.allocations;
  return now.failingAllocation > 0 &&
         (allocation == now.failingAllocation ||
          (now.failsFromThereOn && allocation > now.failingAllocation));
}

void explain(const char* function, const std::string& message) {
  state().lastError = std::string(function) + ": " + message;
  if (settings().explain) {
    std::fprintf(stderr, "emulated GPU: %s\n", state().lastError.c_str());
  }
}

}  // namespace emulator

#pragma GCC visibility push(default)

extern "C" {

// Forgets the counts of calls and takes new settings, which stand for LANEWISE_EMULATOR's.
void lanewiseEmulatorConfigure(const char* text) {
  emulator::Call call("lanewiseEmulatorConfigure");
  emulator::state() = emulator::parse(text);
}

// Writes "2 x stream, 1 x event" and a zero; returns how many objects there are.
long lanewiseEmulatorLiveObjects(char* text, size_t size) {
  emulator::Call call("lanewiseEmulatorLiveObjects");
  size_t count;
  std::snprintf(text, size, "%s", emulator::liveObjects(count).c_str());
  return static_cast<long>(count);
}

// How many calls of the function there were.
long lanewiseEmulatorCalls(const char* function) {
  emulator::Call call("lanewiseEmulatorCalls");
  return emulator::state().calls[function];
}

const char* lanewiseEmulatorLastError() { return emulator::state().lastError.c_str(); }

}  // extern "C"
