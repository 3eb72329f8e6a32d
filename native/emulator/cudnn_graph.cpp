// The emulated cuDNN: the graph ("backend") API, as far as graphs of one normalisation need it.
//
// Descriptors are checked as strictly as the documentation allows: which attributes a kind of
// descriptor has, of which type and how many, and what must be set or finalised before what.
#include <algorithm>
#include <cstring>
#include <set>

#include "cudnn_norm.h"

namespace emulator {
namespace {

struct Descriptor;
using Reference = std::shared_ptr<Descriptor>;

struct Value {
  std::vector<std::byte> bytes;
  // Descriptors that were set stay alive with whatever refers to them.
  std::vector<Reference> references;
};

struct Descriptor {
  cudnnBackendDescriptorType_t type;
  bool finalized = false;
  std::map<cudnnBackendAttributeName_t, Value> values;
};

struct DescriptorHandle {
  Reference descriptor;
};

Handles<cudnnBackendDescriptor_t, DescriptorHandle>& descriptors() {
  static auto& all = *new Handles<cudnnBackendDescriptor_t, DescriptorHandle>(
      "graph descriptor", CUDNN_STATUS_BAD_PARAM);
  return all;
}

Descriptor& descriptorOf(cudnnBackendDescriptor_t handle) {
  requirePointer(handle, "a descriptor at null");
  return *descriptors().at(handle).descriptor;
}

enum class Need { kRequired, kOptional };

struct Attribute {
  cudnnBackendAttributeName_t name;
  cudnnBackendAttributeType_t type;
  int64_t most;
  Need need;
};

constexpr int64_t kMaxRank = 8;
constexpr int64_t kMany = 64;

const std::map<cudnnBackendDescriptorType_t, std::vector<Attribute>>& settable() {
  static const std::map<cudnnBackendDescriptorType_t, std::vector<Attribute>> all = {
      {CUDNN_BACKEND_TENSOR_DESCRIPTOR,
       {{CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, Need::kRequired},
        {CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, kMaxRank, Need::kRequired},
        {CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, kMaxRank, Need::kRequired},
        {CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, Need::kRequired},
        {CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1, Need::kRequired},
        {CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, Need::kOptional},
        {CUDNN_ATTR_TENSOR_IS_BY_VALUE, CUDNN_TYPE_BOOLEAN, 1, Need::kOptional}}},
      {CUDNN_BACKEND_OPERATION_NORM_FORWARD_DESCRIPTOR,
       {{CUDNN_ATTR_OPERATION_NORM_FWD_MODE, CUDNN_TYPE_NORM_MODE, 1, Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_FWD_PHASE, CUDNN_TYPE_NORM_FWD_PHASE, 1, Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_FWD_XDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_FWD_MEAN_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kOptional},
        {CUDNN_ATTR_OPERATION_NORM_FWD_INV_VARIANCE_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kOptional},
        {CUDNN_ATTR_OPERATION_NORM_FWD_SCALE_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_FWD_BIAS_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_FWD_EPSILON_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_FWD_YDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, Need::kRequired}}},
      {CUDNN_BACKEND_OPERATION_NORM_BACKWARD_DESCRIPTOR,
       {{CUDNN_ATTR_OPERATION_NORM_BWD_MODE, CUDNN_TYPE_NORM_MODE, 1, Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_BWD_XDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_BWD_MEAN_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_BWD_INV_VARIANCE_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_BWD_DYDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_BWD_SCALE_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_BWD_EPSILON_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kOptional},
        {CUDNN_ATTR_OPERATION_NORM_BWD_DSCALE_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_BWD_DBIAS_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kRequired},
        {CUDNN_ATTR_OPERATION_NORM_BWD_DXDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kRequired}}},
      {CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR,
       {{CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, Need::kRequired},
        {CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, kMany, Need::kRequired}}},
      {CUDNN_BACKEND_ENGINE_DESCRIPTOR,
       {{CUDNN_ATTR_ENGINE_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, Need::kRequired},
        {CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, 1, Need::kRequired}}},
      {CUDNN_BACKEND_ENGINECFG_DESCRIPTOR,
       {{CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, Need::kRequired}}},
      {CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR,
       {{CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, Need::kRequired},
        {CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, Need::kRequired}}},
      {CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR,
       {{CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, Need::kRequired},
        {CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
         Need::kRequired}}},
      {CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR,
       {{CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, kMany, Need::kRequired},
        {CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, kMany, Need::kRequired},
        {CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, Need::kOptional}}},
  };
  return all;
}

size_t sizeOf(cudnnBackendAttributeType_t type) {
  switch (type) {
    case CUDNN_TYPE_BOOLEAN:
      return sizeof(bool);
    case CUDNN_TYPE_INT64:
      return sizeof(int64_t);
    case CUDNN_TYPE_HANDLE:
    case CUDNN_TYPE_VOID_PTR:
    case CUDNN_TYPE_BACKEND_DESCRIPTOR:
      return sizeof(void*);
    default:
      return sizeof(int);  // an enumeration
  }
}

template <typename T>
std::vector<T> all(const Descriptor& descriptor, cudnnBackendAttributeName_t name) {
  auto found = descriptor.values.find(name);
  if (found == descriptor.values.end()) {
    return {};
  }
  std::vector<T> result(found->second.bytes.size() / sizeof(T));
  std::memcpy(result.data(), found->second.bytes.data(), found->second.bytes.size());
  return result;
}

template <typename T>
T one(const Descriptor& descriptor, cudnnBackendAttributeName_t name, T otherwise = {}) {
  auto found = descriptor.values.find(name);
  if (found != descriptor.values.end()) {
    std::memcpy(&otherwise, found->second.bytes.data(), sizeof(T));
  }
  return otherwise;
}

bool has(const Descriptor& descriptor, cudnnBackendAttributeName_t name) {
  return descriptor.values.count(name) > 0;
}

Descriptor& referred(const Descriptor& descriptor, cudnnBackendAttributeName_t name) {
  return *descriptor.values.at(name).references.front();
}

// A tensor of a graph.
struct Tensor {
  int64_t id;
  int64_t alignment;
  bool byValue;
  TensorShape shape;
};

Tensor tensorOf(const Descriptor& descriptor) {
  require(descriptor.type == CUDNN_BACKEND_TENSOR_DESCRIPTOR,
          CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE, "not the descriptor of a tensor");
  return {one<int64_t>(descriptor, CUDNN_ATTR_TENSOR_UNIQUE_ID),
          one<int64_t>(descriptor, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT),
          one<bool>(descriptor, CUDNN_ATTR_TENSOR_IS_BY_VALUE),
          {one<cudnnDataType_t>(descriptor, CUDNN_ATTR_TENSOR_DATA_TYPE),
           all<int64_t>(descriptor, CUDNN_ATTR_TENSOR_DIMENSIONS),
           all<int64_t>(descriptor, CUDNN_ATTR_TENSOR_STRIDES)}};
}

Tensor tensorOf(const Descriptor& operation, cudnnBackendAttributeName_t name) {
  return tensorOf(referred(operation, name));
}

void finalizeTensor(const Descriptor& descriptor) {
  Tensor tensor = tensorOf(descriptor);
  require(tensor.shape.dims.size() == tensor.shape.strides.size(), CUDNN_STATUS_BAD_PARAM,
          "a tensor has not as many strides as dimensions");
  for (size_t i = 0; i < tensor.shape.dims.size(); i++) {
    require(tensor.shape.dims[i] > 0 && tensor.shape.strides[i] > 0, CUDNN_STATUS_BAD_PARAM,
            "a dimension or stride that is not positive");
  }
  bool known =
      tensor.shape.type == CUDNN_DATA_FLOAT || tensor.shape.type == CUDNN_DATA_BFLOAT16;
  require(known, CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE, "only fp32 and bfloat16 are emulated");
  auto size = static_cast<int64_t>(emulator::sizeOf(tensor.shape.type));
  require(tensor.alignment > 0 && tensor.alignment % size == 0, CUDNN_STATUS_BAD_PARAM,
          "the alignment is not a multiple of an element's size");
}

// The dimensions of statistics and of affine tables that go with images.
NormSets setsOf(cudnnBackendNormMode_t mode, const std::vector<int64_t>& dims) {
  require(dims.size() == 4 || dims.size() == 5, CUDNN_STATUS_NOT_SUPPORTED_SHAPE,
          "images have 4 or 5 dimensions");
  std::vector<int64_t> statistics(dims.size(), 1), affine(dims.size(), 1);
  affine[1] = dims[1];
  switch (mode) {
    case CUDNN_INSTANCE_NORM:
      statistics[0] = dims[0];
      statistics[1] = dims[1];
      break;
    case CUDNN_BATCH_NORM:
      statistics[1] = dims[1];
      break;
    case CUDNN_LAYER_NORM:
      statistics[0] = dims[0];
      affine = dims;
      affine[0] = 1;
      break;
    default:
      throw Failure{CUDNN_STATUS_NOT_SUPPORTED, "a normalisation that is not emulated"};
  }
  return {dims, statistics, affine};
}

void requireDims(const Tensor& tensor, const std::vector<int64_t>& dims) {
  require(tensor.shape.dims == dims, CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH,
          "the dimensions of images, statistics and tables do not go together");
}

void requireTable(const Tensor& tensor, const std::vector<int64_t>& dims) {
  requireDims(tensor, dims);
  require(tensor.shape.type == CUDNN_DATA_FLOAT, CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE,
          "statistics and tables are fp32");
}

void requireScalar(const Tensor& tensor) {
  require(tensor.shape.elements() == 1 && tensor.shape.type == CUDNN_DATA_FLOAT,
          CUDNN_STATUS_BAD_PARAM, "epsilon is not one number of fp32");
}

// Where the operands of a graph lie, by their ids.
using Operands = std::map<int64_t, void*>;

void* find(const Operands& operands, const Tensor& tensor) {
  auto found = operands.find(tensor.id);
  require(found != operands.end(), CUDNN_STATUS_BAD_PARAM, "the pack lacks one of the tensors");
  requirePointer(found->second, "an operand at null");
  require(reinterpret_cast<int64_t>(found->second) % tensor.alignment == 0,
          CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER,
          "an operand is not aligned as its descriptor says");
  require(tensor.byValue != isDeviceAddress(reinterpret_cast<uint64_t>(found->second)),
          CUDNN_STATUS_BAD_PARAM, "a value in the device's memory, or a tensor in the host's");
  return found->second;
}

struct NormForward {
  explicit NormForward(const Descriptor& operation)
      : mode(one<cudnnBackendNormMode_t>(operation, CUDNN_ATTR_OPERATION_NORM_FWD_MODE)),
        phase(one<cudnnBackendNormFwdPhase_t>(operation, CUDNN_ATTR_OPERATION_NORM_FWD_PHASE)),
        x(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_FWD_XDESC)),
        scale(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_FWD_SCALE_DESC)),
        bias(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_FWD_BIAS_DESC)),
        epsilon(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_FWD_EPSILON_DESC)),
        y(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_FWD_YDESC)),
        sets(setsOf(mode, x.shape.dims)) {
    require(phase == CUDNN_NORM_FWD_TRAINING, CUDNN_STATUS_NOT_SUPPORTED,
            "only the training phase is emulated");
    bool both = has(operation, CUDNN_ATTR_OPERATION_NORM_FWD_MEAN_DESC) &&
                has(operation, CUDNN_ATTR_OPERATION_NORM_FWD_INV_VARIANCE_DESC);
    require(both, CUDNN_STATUS_BAD_PARAM, "training needs the mean and the inverse variance");
    mean = tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_FWD_MEAN_DESC);
    inverse = tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_FWD_INV_VARIANCE_DESC);
    requireDims(y, sets.dims);
    for (const Tensor& table : {scale, bias}) {
      requireTable(table, sets.affine);
    }
    for (const Tensor& table : {mean, inverse}) {
      requireTable(table, sets.statistics);
    }
    requireScalar(epsilon);
  }

  std::vector<Tensor> tensors() const { return {x, scale, bias, epsilon, y, mean, inverse}; }

  Work work(int device, const Operands& operands) const {
    void* at[] = {find(operands, x), find(operands, scale), find(operands, bias),
                  find(operands, mean), find(operands, inverse), find(operands, y)};
    void* eps = find(operands, epsilon);
    // What is passed by value is read now; the rest when the GPU comes to it.
    float value = epsilon.byValue ? *static_cast<const float*>(eps) : 0;
    return [=, self = *this] {
      float small = self.epsilon.byValue ? value : read(device, self.epsilon.shape, eps)[0];
      Elements xs = read(device, self.x.shape, at[0]);
      Moments found = moments(self.sets, xs, static_cast<double>(small));
      Elements ys = normForward(self.sets, xs, found, read(device, self.scale.shape, at[1]),
                                read(device, self.bias.shape, at[2]));
      write(device, self.mean.shape, at[3], found.mean);
      write(device, self.inverse.shape, at[4], found.inverseDeviation);
      write(device, self.y.shape, at[5], ys);
    };
  }

  cudnnBackendNormMode_t mode;
  cudnnBackendNormFwdPhase_t phase;
  Tensor x, scale, bias, epsilon, y;
  NormSets sets;
  Tensor mean, inverse;
};

struct NormBackward {
  explicit NormBackward(const Descriptor& operation)
      : x(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_BWD_XDESC)),
        mean(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_BWD_MEAN_DESC)),
        inverse(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_BWD_INV_VARIANCE_DESC)),
        dy(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_BWD_DYDESC)),
        scale(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_BWD_SCALE_DESC)),
        dscale(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_BWD_DSCALE_DESC)),
        dbias(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_BWD_DBIAS_DESC)),
        dx(tensorOf(operation, CUDNN_ATTR_OPERATION_NORM_BWD_DXDESC)),
        sets(setsOf(one<cudnnBackendNormMode_t>(operation, CUDNN_ATTR_OPERATION_NORM_BWD_MODE),
                    x.shape.dims)) {
    for (const Tensor& images : {dy, dx}) {
      requireDims(images, sets.dims);
    }
    for (const Tensor& table : {scale, dscale, dbias}) {
      requireTable(table, sets.affine);
    }
    for (const Tensor& table : {mean, inverse}) {
      requireTable(table, sets.statistics);
    }
  }

  std::vector<Tensor> tensors() const { return {x, mean, inverse, dy, scale, dscale, dbias, dx}; }

  Work work(int device, const Operands& operands) const {
    std::vector<void*> at;
    for (const Tensor& tensor : tensors()) {
      at.push_back(find(operands, tensor));
    }
    return [=, self = *this] {
      NormGradients gradients = normBackward(
          self.sets, read(device, self.x.shape, at[0]), read(device, self.dy.shape, at[3]),
          read(device, self.mean.shape, at[1]), read(device, self.inverse.shape, at[2]),
          read(device, self.scale.shape, at[4]));
      write(device, self.dscale.shape, at[5], gradients.dscale);
      write(device, self.dbias.shape, at[6], gradients.dbias);
      write(device, self.dx.shape, at[7], gradients.dx);
    };
  }

  Tensor x, mean, inverse, dy, scale, dscale, dbias, dx;
  NormSets sets;
};

// Calls body with the operation of a graph.
template <typename Body>
auto withOperation(const Descriptor& graph, Body body) {
  const Descriptor& operation = referred(graph, CUDNN_ATTR_OPERATIONGRAPH_OPS);
  if (operation.type == CUDNN_BACKEND_OPERATION_NORM_FORWARD_DESCRIPTOR) {
    return body(NormForward(operation));
  }
  require(operation.type == CUDNN_BACKEND_OPERATION_NORM_BACKWARD_DESCRIPTOR,
          CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN, "only normalisations are emulated");
  return body(NormBackward(operation));
}

void finalizeGraph(const Descriptor& graph) {
  libraryOf(one<cudnnHandle_t>(graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE));
  require(graph.values.at(CUDNN_ATTR_OPERATIONGRAPH_OPS).references.size() == 1,
          CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN, "only graphs of one operation are emulated");
  withOperation(graph, [](const auto& operation) {
    std::set<int64_t> ids;
    for (const Tensor& tensor : operation.tensors()) {
      require(ids.insert(tensor.id).second, CUDNN_STATUS_BAD_PARAM_DUPLICATED_ENTRIES,
              "two tensors have the same id");
    }
  });
}

// Engine 0 is not deterministic. Engines 1 and 2 are; of the first no plan can be made, though it is
// recommended, and the second wants a workspace.
constexpr int64_t kEngines = 3;
constexpr int64_t kWithoutPlan = 1;
constexpr int64_t kEngineWorkspace = 4096;

void finalizeEngine(const Descriptor& engine) {
  int64_t index = one<int64_t>(engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
  require(index >= 0 && index < kEngines, CUDNN_STATUS_BAD_PARAM_OUT_OF_BOUND,
          "there is no such engine");
}

void finalizePlan(const Descriptor& plan) {
  libraryOf(one<cudnnHandle_t>(plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE));
  const Descriptor& configuration = referred(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
  const Descriptor& engine = referred(configuration, CUDNN_ATTR_ENGINECFG_ENGINE);
  require(one<int64_t>(engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX) != kWithoutPlan,
          CUDNN_STATUS_NOT_SUPPORTED, "the engine does not support the operation after all");
}

void finalizePack(const Descriptor& pack) {
  auto ids = all<int64_t>(pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
  require(ids.size() == all<void*>(pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS).size(),
          CUDNN_STATUS_BAD_PARAM, "the pack has not as many ids as pointers");
  require(std::set<int64_t>(ids.begin(), ids.end()).size() == ids.size(),
          CUDNN_STATUS_BAD_PARAM_DUPLICATED_ENTRIES, "the pack has an id twice");
}

void finalize(Descriptor& descriptor) {
  for (const Attribute& attribute : settable().at(descriptor.type)) {
    require(attribute.need == Need::kOptional || has(descriptor, attribute.name),
            CUDNN_STATUS_BAD_PARAM, "an attribute is missing");
  }
  for (auto& [name, value] : descriptor.values) {
    for (const Reference& reference : value.references) {
      require(reference->finalized, CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED,
              "an attribute's descriptor is not finalised");
    }
  }
  switch (descriptor.type) {
    case CUDNN_BACKEND_TENSOR_DESCRIPTOR:
      finalizeTensor(descriptor);
      break;
    case CUDNN_BACKEND_OPERATION_NORM_FORWARD_DESCRIPTOR:
      NormForward{descriptor};
      break;
    case CUDNN_BACKEND_OPERATION_NORM_BACKWARD_DESCRIPTOR:
      NormBackward{descriptor};
      break;
    case CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR:
      finalizeGraph(descriptor);
      break;
    case CUDNN_BACKEND_ENGINE_DESCRIPTOR:
      finalizeEngine(descriptor);
      break;
    case CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR:
      finalizePlan(descriptor);
      break;
    case CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR:
      finalizePack(descriptor);
      break;
    default:
      break;
  }
  descriptor.finalized = true;
}

Value valueOf(const Attribute& attribute, int64_t count, const void* elements) {
  auto* start = static_cast<const std::byte*>(elements);
  Value value{{start, start + static_cast<size_t>(count) * sizeOf(attribute.type)}, {}};
  if (attribute.type == CUDNN_TYPE_BACKEND_DESCRIPTOR) {
    auto* handles = static_cast<const cudnnBackendDescriptor_t*>(elements);
    for (int64_t i = 0; i < count; i++) {
      requirePointer(handles[i], "a descriptor at null");
      value.references.push_back(descriptors().at(handles[i]).descriptor);
    }
  }
  return value;
}

template <typename T>
Value valueOfOne(T element, std::vector<Reference> references = {}) {
  Value value{std::vector<std::byte>(sizeof(T)), std::move(references)};
  std::memcpy(value.bytes.data(), &element, sizeof(T));
  return value;
}

// What a query asks for: room for so many elements, which descriptors must be there already.
struct Query {
  cudnnBackendAttributeType_t type;
  int64_t requested;
  int64_t* count;
  void* elements;
};

template <typename T>
void answer(const Query& query, cudnnBackendAttributeType_t type, const std::vector<T>& values) {
  require(query.type == type, CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE,
          "the attribute is of another type");
  auto available = static_cast<int64_t>(values.size());
  if (query.count != nullptr) {
    *query.count = available;
  }
  if (query.elements != nullptr && query.requested > 0) {
    std::memcpy(query.elements, values.data(),
                sizeof(T) * static_cast<size_t>(std::min(query.requested, available)));
  }
}

// Turns descriptors that the caller has created into the given ones.
void answer(const Query& query, const std::vector<Descriptor>& values) {
  require(query.type == CUDNN_TYPE_BACKEND_DESCRIPTOR, CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE,
          "the attribute is of another type");
  auto available = static_cast<int64_t>(values.size());
  if (query.count != nullptr) {
    *query.count = available;
  }
  if (query.elements == nullptr) {
    return;
  }
  auto* handles = static_cast<cudnnBackendDescriptor_t*>(query.elements);
  for (int64_t i = 0; i < std::min(query.requested, available); i++) {
    Descriptor& descriptor = descriptorOf(handles[i]);
    require(descriptor.type == values[static_cast<size_t>(i)].type,
            CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE,
            "the results go into descriptors of another type");
    descriptor = values[static_cast<size_t>(i)];
  }
}

std::vector<Descriptor> recommended(const Descriptor& heuristic) {
  std::vector<int64_t> engines{0, kWithoutPlan, 2};
  if (one<cudnnBackendHeurMode_t>(heuristic, CUDNN_ATTR_ENGINEHEUR_MODE) ==
      CUDNN_HEUR_MODE_FALLBACK) {
    engines = {kWithoutPlan};
  }
  std::vector<Descriptor> configurations;
  for (int64_t index : engines) {
    auto engine = std::make_shared<Descriptor>();
    engine->type = CUDNN_BACKEND_ENGINE_DESCRIPTOR;
    engine->finalized = true;
    engine->values[CUDNN_ATTR_ENGINE_OPERATION_GRAPH] =
        heuristic.values.at(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH);
    engine->values[CUDNN_ATTR_ENGINE_GLOBAL_INDEX] = valueOfOne(index);
    Descriptor configuration{CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, true, {}};
    configuration.values[CUDNN_ATTR_ENGINECFG_ENGINE] =
        valueOfOne<void*>(nullptr, {std::move(engine)});
    configurations.push_back(std::move(configuration));
  }
  return configurations;
}

std::vector<cudnnBackendNumericalNote_t> notes(const Descriptor& engine) {
  if (one<int64_t>(engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX) == 0) {
    return {CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC};
  }
  return {};
}

void get(const Descriptor& descriptor, cudnnBackendAttributeName_t name, const Query& query) {
  auto attributes = settable().at(descriptor.type);
  auto settableToo = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const Attribute& a) { return a.name == name; });
  if (name == CUDNN_ATTR_ENGINEHEUR_RESULTS &&
      descriptor.type == CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR) {
    answer(query, recommended(descriptor));
  } else if (name == CUDNN_ATTR_ENGINE_NUMERICAL_NOTE &&
             descriptor.type == CUDNN_BACKEND_ENGINE_DESCRIPTOR) {
    answer(query, CUDNN_TYPE_NUMERICAL_NOTE, notes(descriptor));
  } else if (name == CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE &&
             descriptor.type == CUDNN_BACKEND_ENGINE_DESCRIPTOR) {
    answer(query, CUDNN_TYPE_BEHAVIOR_NOTE, std::vector<int>());
  } else if (name == CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE &&
             descriptor.type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR) {
    answer(query, CUDNN_TYPE_INT64, std::vector<int64_t>{kEngineWorkspace});
  } else if (name == CUDNN_ATTR_OPERATIONGRAPH_ENGINE_GLOBAL_COUNT &&
             descriptor.type == CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR) {
    answer(query, CUDNN_TYPE_INT64, std::vector<int64_t>{kEngines});
  } else {
    require(settableToo != attributes.end() && has(descriptor, name), CUDNN_STATUS_BAD_PARAM,
            "the descriptor has no such attribute");
    const Value& value = descriptor.values.at(name);
    if (settableToo->type == CUDNN_TYPE_BACKEND_DESCRIPTOR) {
      std::vector<Descriptor> referred;
      for (const Reference& reference : value.references) {
        referred.push_back(*reference);
      }
      answer(query, referred);
    } else {
      require(query.type == settableToo->type, CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE,
              "the attribute is of another type");
      size_t size = sizeOf(query.type);
      auto available = static_cast<int64_t>(value.bytes.size() / size);
      if (query.count != nullptr) {
        *query.count = available;
      }
      if (query.elements != nullptr && query.requested > 0) {
        std::memcpy(query.elements, value.bytes.data(),
                    size * static_cast<size_t>(std::min(query.requested, available)));
      }
    }
  }
}

void requireFinalized(const Descriptor& descriptor, cudnnBackendDescriptorType_t type) {
  require(descriptor.type == type, CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE,
          "a descriptor of another type is asked for");
  require(descriptor.finalized, CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED,
          "the descriptor is not finalised");
}

void execute(cudnnHandle_t handle, const Descriptor& plan, const Descriptor& pack) {
  Library library = libraryOf(handle);
  requireFinalized(plan, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  requireFinalized(pack, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  auto ids = all<int64_t>(pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
  auto pointers = all<void*>(pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
  Operands operands;
  for (size_t i = 0; i < ids.size(); i++) {
    operands[ids[i]] = pointers[i];
  }
  void* workspace = one<void*>(pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE);
  requirePointer(workspace, "the workspace is at null");
  const Descriptor& configuration = referred(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
  const Descriptor& engine = referred(configuration, CUDNN_ATTR_ENGINECFG_ENGINE);
  const Descriptor& graph = referred(engine, CUDNN_ATTR_ENGINE_OPERATION_GRAPH);
  Work work = withOperation(graph, [&](const auto& operation) {
    return operation.work(library.device, operands);
  });
  enqueue(library.stream, [=] {
    spoil(library.device, workspace, kEngineWorkspace);
    work();
  });
}

}  // namespace
}  // namespace emulator

using namespace emulator;

#pragma GCC visibility push(default)

extern "C" {

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type,
                                           cudnnBackendDescriptor_t* handle) {
  return cudnnCall("cudnnBackendCreateDescriptor", [&] {
    requirePointer(handle);
    require(settable().count(type) > 0, CUDNN_STATUS_NOT_SUPPORTED,
            "a kind of descriptor that is not emulated");
    auto descriptor = std::make_shared<Descriptor>();
    descriptor->type = type;
    *handle = descriptors().add(
        std::make_unique<DescriptorHandle>(DescriptorHandle{std::move(descriptor)}));
  });
}

cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t handle) {
  return cudnnCall("cudnnBackendDestroyDescriptor", [&] { descriptors().remove(handle); });
}

cudnnStatus_t cudnnBackendInitialize(cudnnBackendDescriptor_t handle) {
  return cudnnCall("cudnnBackendInitialize", [&] {
    Descriptor& descriptor = descriptorOf(handle);
    descriptor = {descriptor.type, false, {}};
  });
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t handle,
                                       cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t count,
                                       const void* elements) {
  return cudnnCall("cudnnBackendSetAttribute", [&] {
    Descriptor& descriptor = descriptorOf(handle);
    require(!descriptor.finalized, CUDNN_STATUS_NOT_INITIALIZED,
            "the descriptor is finalised already");
    requirePointer(elements, "the elements are at null");
    for (const Attribute& attribute : settable().at(descriptor.type)) {
      if (attribute.name == name) {
        require(type == attribute.type, CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE,
                "the attribute is of another type");
        require(count >= 1 && count <= attribute.most, CUDNN_STATUS_BAD_PARAM_OUT_OF_BOUND,
                "the attribute takes another number of elements");
        descriptor.values[name] = valueOf(attribute, count, elements);
        return;
      }
    }
    throw Failure{CUDNN_STATUS_BAD_PARAM, "the descriptor has no such attribute to be set"};
  });
}

cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t const handle,
                                       cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t requested,
                                       int64_t* count, void* elements) {
  return cudnnCall("cudnnBackendGetAttribute", [&] {
    Descriptor& descriptor = descriptorOf(handle);
    require(descriptor.finalized, CUDNN_STATUS_NOT_INITIALIZED, "the descriptor is not finalised");
    get(descriptor, name, {type, requested, count, elements});
  });
}

cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t handle) {
  return cudnnCall("cudnnBackendFinalize", [&] { finalize(descriptorOf(handle)); });
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                                  cudnnBackendDescriptor_t pack) {
  return cudnnCall("cudnnBackendExecute",
                   [&] { execute(handle, descriptorOf(plan), descriptorOf(pack)); });
}

// Graphs are captured from a stream instead.

cudnnStatus_t cudnnBackendPopulateCudaGraph(cudnnHandle_t, cudnnBackendDescriptor_t,
                                            cudnnBackendDescriptor_t, cudaGraph_t) {
  return cudnnCall("cudnnBackendPopulateCudaGraph", [] {
    throw Failure{CUDNN_STATUS_NOT_SUPPORTED, "this routine is not emulated"};
  });
}

cudnnStatus_t cudnnBackendUpdateCudaGraph(cudnnHandle_t, cudnnBackendDescriptor_t,
                                          cudnnBackendDescriptor_t, cudaGraph_t) {
  return cudnnCall("cudnnBackendUpdateCudaGraph", [] {
    throw Failure{CUDNN_STATUS_NOT_SUPPORTED, "this routine is not emulated"};
  });
}

}  // extern "C"
