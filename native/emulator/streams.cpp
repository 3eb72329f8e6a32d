// The emulated driver: streams, events, and graphs that are captured from a stream.
//
// Work of all streams waits in one queue and runs in the order in which it was given: one of the
// orders that a GPU may take. It waits as long as nothing needs it, so that memory which the host
// changes or frees too early shows.
#include <algorithm>
#include <chrono>

#include "driver.h"

namespace emulator {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLongestQueue = 64;

struct Entry {
  int device;
  CUstream stream;
  Work work;
};

// The stream whose work runs now.
CUstream running = nullptr;

struct Event {
  int device;
  bool timed;
  bool captured = false;
  // How many records of it wait in the queue.
  std::shared_ptr<int> pending = std::make_shared<int>(0);
  std::shared_ptr<Clock::time_point> time = std::make_shared<Clock::time_point>();
  bool recorded = false;
  CUstream stream = nullptr;
};

struct Executable {
  int device;
  std::vector<Node> nodes;
};

Handles<CUstream, Stream>& streams() {
  static auto& all = *new Handles<CUstream, Stream>("stream", CUDA_ERROR_INVALID_HANDLE);
  return all;
}

Handles<CUevent, Event>& events() {
  static auto& all = *new Handles<CUevent, Event>("event", CUDA_ERROR_INVALID_HANDLE);
  return all;
}

Handles<CUgraph, Graph>& graphs() {
  static auto& all = *new Handles<CUgraph, Graph>("graph", CUDA_ERROR_INVALID_VALUE);
  return all;
}

Handles<CUgraphExec, Executable>& executables() {
  static auto& all =
      *new Handles<CUgraphExec, Executable>("executable graph", CUDA_ERROR_INVALID_VALUE);
  return all;
}

std::deque<Entry>& queue() {
  static auto& entries = *new std::deque<Entry>;
  return entries;
}

// The legacy stream of each device.
Stream& legacyStream(int device) {
  static auto& all = *new std::map<int, Stream>;
  all[device].device = device;
  return all[device];
}

void invalidate(Stream& stream) { stream.capture = CU_STREAM_CAPTURE_STATUS_INVALIDATED; }

void requireValidCapture(const Stream& stream) {
  require(stream.capture != CU_STREAM_CAPTURE_STATUS_INVALIDATED,
          CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "the capture was spoilt before");
}

// The legacy stream would wait for streams that are being captured.
void requireNoImplicitWait(int device) {
  for (auto& [id, stream] : streams().all()) {
    if (stream->device == device && stream->blocking &&
        stream->capture != CU_STREAM_CAPTURE_STATUS_NONE) {
      invalidate(*stream);
      throw Failure{CUDA_ERROR_STREAM_CAPTURE_IMPLICIT,
                    "the legacy stream would wait for one that is being captured"};
    }
  }
}

void run(const Entry& entry) {
  Context& context = contextOf(entry.device);
  running = entry.stream;
  try {
    entry.work();
    checkBorders();
  } catch (const Failure& failure) {
    explain("work in a stream", failure.message);
    if (context.error == CUDA_SUCCESS) {
      // cuDNN's failures have numbers of their own; on the GPU they are failed launches.
      context.error = isSticky(failure.status) ? static_cast<CUresult>(failure.status)
                                               : CUDA_ERROR_LAUNCH_FAILED;
    }
  }
  running = nullptr;
}

}  // namespace

Stream& streamOf(CUstream handle) {
  if (handle == nullptr) {
    return legacyStream(current().device);
  }
  Stream& stream = streams().at(handle);
  require(stream.device == current().device, CUDA_ERROR_INVALID_HANDLE,
          "a stream of another context");
  return stream;
}

int deviceOf(CUstream handle) { return streamOf(handle).device; }

bool isCapturing(CUstream handle) {
  return streamOf(handle).capture != CU_STREAM_CAPTURE_STATUS_NONE;
}

void requireNotCapturing(CUstream handle) {
  Stream& stream = streamOf(handle);
  if (handle == nullptr) {
    requireNoImplicitWait(stream.device);
  } else if (stream.capture != CU_STREAM_CAPTURE_STATUS_NONE) {
    invalidate(stream);
    throw Failure{CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
                  "not to be done with a stream that is being captured"};
  }
}

void requireNoCapture() {
  for (auto& [id, stream] : streams().all()) {
    bool forbids = stream->mode == CU_STREAM_CAPTURE_MODE_GLOBAL ||
                   (stream->mode == CU_STREAM_CAPTURE_MODE_THREAD_LOCAL &&
                    stream->capturer == std::this_thread::get_id());
    if (stream->capture != CU_STREAM_CAPTURE_STATUS_NONE && forbids) {
      invalidate(*stream);
      throw Failure{CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
                    "not to be done while a stream is being captured"};
    }
  }
}

void enqueue(CUstream handle, Work work) {
  Stream& stream = streamOf(handle);
  requireValidCapture(stream);
  if (stream.capture == CU_STREAM_CAPTURE_STATUS_ACTIVE) {
    stream.recorded->nodes.push_back({std::move(work)});
    return;
  }
  if (handle == nullptr) {
    requireNoImplicitWait(stream.device);
  }
  queue().push_back({stream.device, handle, std::move(work)});
  if (settings().eager || queue().size() >= kLongestQueue) {
    drain();
  }
}

bool isIdle(CUstream handle) {
  return std::none_of(queue().begin(), queue().end(),
                      [&](const Entry& entry) { return entry.stream == handle; });
}

CUstream runningStream() { return running; }

void drain() {
  while (!queue().empty()) {
    Entry entry = std::move(queue().front());
    queue().pop_front();
    run(entry);
  }
}

}  // namespace emulator

using namespace emulator;

#pragma GCC visibility push(default)

extern "C" {

CUresult cuCtxSynchronize() {
  return driverCall("cuCtxSynchronize", [&] {
    current();
    requireNoCapture();
    drain();
    current();
  });
}

CUresult cuStreamCreate(CUstream* handle, unsigned flags) {
  return driverCall("cuStreamCreate", [&] {
    requireResult(handle);
    require(flags <= CU_STREAM_NON_BLOCKING, CUDA_ERROR_INVALID_VALUE, "unknown flags");
    auto stream = std::make_unique<Stream>();
    stream->device = current().device;
    stream->blocking = flags == CU_STREAM_DEFAULT;
    *handle = streams().add(std::move(stream));
  });
}

CUresult cuStreamDestroy_v2(CUstream handle) {
  return driverCall("cuStreamDestroy_v2", [&] {
    drain();
    streams().remove(handle);
    current();
  });
}

CUresult cuStreamSynchronize(CUstream handle) {
  return driverCall("cuStreamSynchronize", [&] {
    requireNotCapturing(handle);
    drain();
    current();
    publishAllocations(handle);
  });
}

CUresult cuStreamQuery(CUstream handle) {
  return driverCall("cuStreamQuery", [&] {
    requireNotCapturing(handle);
    if (!queue().empty()) {
      // Whoever asks again and again gets on.
      drain();
      throw Failure{CUDA_ERROR_NOT_READY, "work was waiting"};
    }
  });
}

CUresult cuStreamWaitEvent(CUstream handle, CUevent event, unsigned) {
  return driverCall("cuStreamWaitEvent", [&] {
    Stream& stream = streamOf(handle);
    requireValidCapture(stream);
    bool captured = events().at(event).captured;
    bool capturing = stream.capture == CU_STREAM_CAPTURE_STATUS_ACTIVE;
    require(!captured || capturing, CUDA_ERROR_NOT_SUPPORTED,
            "captures of several streams are not emulated");
    require(captured || !capturing, CUDA_ERROR_STREAM_CAPTURE_ISOLATION,
            "the event is of work that is not captured");
    publishAllocations(events().at(event).stream);
  });
}

CUresult cuStreamBeginCapture_v2(CUstream handle, CUstreamCaptureMode mode) {
  return driverCall("cuStreamBeginCapture_v2", [&] {
    Stream& stream = streamOf(handle);
    require(handle != nullptr, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
            "the legacy stream cannot be captured");
    require(mode <= CU_STREAM_CAPTURE_MODE_RELAXED, CUDA_ERROR_INVALID_VALUE, "unknown mode");
    require(stream.capture == CU_STREAM_CAPTURE_STATUS_NONE, CUDA_ERROR_INVALID_VALUE,
            "the stream is being captured already");
    stream.capture = CU_STREAM_CAPTURE_STATUS_ACTIVE;
    stream.mode = mode;
    stream.capturer = std::this_thread::get_id();
    stream.recorded = std::make_unique<Graph>();
  });
}

CUresult cuStreamEndCapture(CUstream handle, CUgraph* graph) {
  return driverCall("cuStreamEndCapture", [&] {
    requireResult(graph);
    *graph = nullptr;
    Stream& stream = streamOf(handle);
    require(stream.capture != CU_STREAM_CAPTURE_STATUS_NONE, CUDA_ERROR_INVALID_VALUE,
            "the stream is not being captured");
    require(stream.mode == CU_STREAM_CAPTURE_MODE_RELAXED ||
                stream.capturer == std::this_thread::get_id(),
            CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, "another thread began the capture");
    CUstreamCaptureStatus status = stream.capture;
    stream.capture = CU_STREAM_CAPTURE_STATUS_NONE;
    std::unique_ptr<Graph> recorded = std::move(stream.recorded);
    require(status == CU_STREAM_CAPTURE_STATUS_ACTIVE, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED,
            "the capture was spoilt before");
    *graph = graphs().add(std::move(recorded));
  });
}

CUresult cuStreamIsCapturing(CUstream handle, CUstreamCaptureStatus* status) {
  return driverCall("cuStreamIsCapturing", [&] {
    requireResult(status);
    *status = streamOf(handle).capture;
  });
}

CUresult cuEventCreate(CUevent* handle, unsigned flags) {
  return driverCall("cuEventCreate", [&] {
    requireResult(handle);
    auto event = std::make_unique<Event>();
    event->device = current().device;
    event->timed = (flags & CU_EVENT_DISABLE_TIMING) == 0;
    *handle = events().add(std::move(event));
  });
}

CUresult cuEventDestroy_v2(CUevent handle) {
  return driverCall("cuEventDestroy_v2", [&] {
    events().remove(handle);
    current();
  });
}

CUresult cuEventRecord(CUevent handle, CUstream stream) {
  return driverCall("cuEventRecord", [&] {
    Event& event = events().at(handle);
    require(event.device == deviceOf(stream), CUDA_ERROR_INVALID_HANDLE,
            "an event of another context");
    event.captured = isCapturing(stream);
    event.recorded = true;
    event.stream = stream;
    auto record = [time = event.time] { *time = Clock::now(); };
    if (event.captured) {
      enqueue(stream, record);
    } else {
      ++*event.pending;
      enqueue(stream, [record, pending = event.pending] {
        record();
        --*pending;
      });
    }
  });
}

CUresult cuEventSynchronize(CUevent handle) {
  return driverCall("cuEventSynchronize", [&] {
    current();
    require(!events().at(handle).captured, CUDA_ERROR_CAPTURED_EVENT,
            "the event was recorded by a capture");
    drain();
    current();
    publishAllocations(events().at(handle).stream);
  });
}

CUresult cuEventQuery(CUevent handle) {
  return driverCall("cuEventQuery", [&] {
    current();
    Event& event = events().at(handle);
    require(!event.captured, CUDA_ERROR_CAPTURED_EVENT, "the event was recorded by a capture");
    if (*event.pending > 0) {
      drain();
      throw Failure{CUDA_ERROR_NOT_READY, "work was waiting"};
    }
  });
}

// Under its first name, which drivers of every version have.
#undef cuEventElapsedTime
CUresult cuEventElapsedTime(float* milliseconds, CUevent from, CUevent to) {
  return driverCall("cuEventElapsedTime", [&] {
    requireResult(milliseconds);
    current();
    for (Event* event : {&events().at(from), &events().at(to)}) {
      require(event->timed && event->recorded, CUDA_ERROR_INVALID_HANDLE,
              "the event was not recorded or takes no time");
      require(*event->pending == 0, CUDA_ERROR_NOT_READY, "work was waiting");
    }
    *milliseconds =
        std::chrono::duration<float, std::milli>(*events().at(to).time - *events().at(from).time)
            .count();
  });
}

CUresult cuGraphInstantiateWithFlags(CUgraphExec* handle, CUgraph graph, unsigned long long) {
  return driverCall("cuGraphInstantiateWithFlags", [&] {
    requireResult(handle);
    Context& context = current();
    requireNoCapture();
    *handle = executables().add(
        std::make_unique<Executable>(Executable{context.device, graphs().at(graph).nodes}));
  });
}

CUresult cuGraphUpload(CUgraphExec handle, CUstream stream) {
  return driverCall("cuGraphUpload", [&] {
    executables().at(handle);
    requireNotCapturing(stream);
  });
}

CUresult cuGraphLaunch(CUgraphExec handle, CUstream stream) {
  return driverCall("cuGraphLaunch", [&] {
    Executable& executable = executables().at(handle);
    require(executable.device == deviceOf(stream), CUDA_ERROR_INVALID_VALUE,
            "a graph of another context");
    requireNotCapturing(stream);
    for (const Node& node : executable.nodes) {
      enqueue(stream, node.work);
    }
  });
}

CUresult cuGraphExecUpdate_v2(CUgraphExec handle, CUgraph graph,
                              CUgraphExecUpdateResultInfo* result) {
  return driverCall("cuGraphExecUpdate_v2", [&] {
    requireResult(result);
    current();
    Executable& executable = executables().at(handle);
    Graph& other = graphs().at(graph);
    *result = {};
    if (executable.nodes.size() != other.nodes.size()) {
      result->result = CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
      throw Failure{CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE, "the graphs differ"};
    }
    executable.nodes = other.nodes;
  });
}

CUresult cuGraphExecDestroy(CUgraphExec handle) {
  return driverCall("cuGraphExecDestroy", [&] {
    executables().remove(handle);
    current();
  });
}

CUresult cuGraphDestroy(CUgraph handle) {
  return driverCall("cuGraphDestroy", [&] {
    graphs().remove(handle);
    current();
  });
}

}  // extern "C"
