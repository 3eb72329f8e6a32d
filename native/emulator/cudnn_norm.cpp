// The emulated cuDNN: normalisation, and the legacy routines for batch normalisation.
#include "cudnn_norm.h"

#include <cmath>
#include <numeric>

namespace emulator {
namespace {

size_t product(const std::vector<int64_t>& dims) {
  return static_cast<size_t>(
      std::accumulate(dims.begin(), dims.end(), int64_t{1}, std::multiplies<>()));
}

// For every element of a tensor, channels innermost, the entry of a table that is repeated over it.
std::vector<uint32_t> entries(const std::vector<int64_t>& dims, const std::vector<int64_t>& table) {
  std::vector<size_t> order{0};
  for (size_t axis = 2; axis < dims.size(); axis++) {
    order.push_back(axis);
  }
  order.push_back(1);
  std::vector<uint32_t> result{0};
  for (size_t axis : order) {
    std::vector<uint32_t> longer;
    longer.reserve(result.size() * static_cast<size_t>(dims[axis]));
    for (uint32_t entry : result) {
      for (uint32_t i = 0; i < dims[axis]; i++) {
        longer.push_back(table[axis] == 1 ? entry : entry * static_cast<uint32_t>(table[axis]) + i);
      }
    }
    result = std::move(longer);
  }
  return result;
}

}  // namespace

Moments moments(const NormSets& sets, const Elements& x, double epsilon) {
  std::vector<uint32_t> set = entries(sets.dims, sets.statistics);
  size_t count = product(sets.statistics);
  double size = static_cast<double>(x.size()) / static_cast<double>(count);
  std::vector<double> mean(count), variance(count);
  for (size_t i = 0; i < x.size(); i++) {
    mean[set[i]] += static_cast<double>(x[i]) / size;
  }
  for (size_t i = 0; i < x.size(); i++) {
    double difference = static_cast<double>(x[i]) - mean[set[i]];
    variance[set[i]] += difference * difference / size;
  }
  Moments result{Elements(mean.begin(), mean.end()), Elements(count),
                 Elements(variance.begin(), variance.end())};
  for (size_t i = 0; i < count; i++) {
    result.inverseDeviation[i] = static_cast<float>(1 / std::sqrt(variance[i] + epsilon));
  }
  return result;
}

Elements normForward(const NormSets& sets, const Elements& x, const Moments& moments,
                     const Elements& scale, const Elements& bias) {
  std::vector<uint32_t> set = entries(sets.dims, sets.statistics);
  std::vector<uint32_t> entry = entries(sets.dims, sets.affine);
  Elements y(x.size());
  for (size_t i = 0; i < x.size(); i++) {
    float normalised = (x[i] - moments.mean[set[i]]) * moments.inverseDeviation[set[i]];
    y[i] = normalised * scale[entry[i]] + bias[entry[i]];
  }
  return y;
}

NormGradients normBackward(const NormSets& sets, const Elements& x, const Elements& dy,
                           const Elements& mean, const Elements& inverseDeviation,
                           const Elements& scale) {
  std::vector<uint32_t> set = entries(sets.dims, sets.statistics);
  std::vector<uint32_t> entry = entries(sets.dims, sets.affine);
  size_t count = product(sets.statistics);
  double size = static_cast<double>(x.size()) / static_cast<double>(count);
  std::vector<double> dscale(scale.size()), dbias(scale.size()), sums(count), products(count);
  auto normalised = [&](size_t i) {
    return (static_cast<double>(x[i]) - static_cast<double>(mean[set[i]])) *
           static_cast<double>(inverseDeviation[set[i]]);
  };
  for (size_t i = 0; i < x.size(); i++) {
    auto gradient = static_cast<double>(dy[i]);
    dscale[entry[i]] += gradient * normalised(i);
    dbias[entry[i]] += gradient;
    double scaled = gradient * static_cast<double>(scale[entry[i]]);
    sums[set[i]] += scaled;
    products[set[i]] += scaled * normalised(i);
  }
  NormGradients result{Elements(x.size()), Elements(dscale.begin(), dscale.end()),
                       Elements(dbias.begin(), dbias.end())};
  for (size_t i = 0; i < x.size(); i++) {
    double scaled = static_cast<double>(dy[i]) * static_cast<double>(scale[entry[i]]);
    double common = (sums[set[i]] + normalised(i) * products[set[i]]) / size;
    result.dx[i] =
        static_cast<float>((scaled - common) * static_cast<double>(inverseDeviation[set[i]]));
  }
  return result;
}

namespace {

std::vector<int64_t> tableDims(const TensorShape& x, cudnnBatchNormMode_t mode) {
  require(x.dims.size() == 4 || x.dims.size() == 5, CUDNN_STATUS_BAD_PARAM,
          "images have 4 or 5 dimensions");
  std::vector<int64_t> dims = x.dims;
  dims[0] = 1;
  if (mode != CUDNN_BATCHNORM_PER_ACTIVATION) {
    std::fill(dims.begin() + 2, dims.end(), 1);
  }
  return dims;
}

struct BatchNorm {
  TensorShape x;
  TensorShape table;
  NormSets sets;
};

BatchNorm batchNorm(cudnnBatchNormMode_t mode, cudnnTensorDescriptor_t x,
                    cudnnTensorDescriptor_t table, double epsilon) {
  BatchNorm norm{shapeOf(x), shapeOf(table), {}};
  std::vector<int64_t> dims = tableDims(norm.x, mode);
  require(norm.table.dims == dims, CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH,
          "the tables have other dimensions than cudnnDeriveBNTensorDescriptor gives");
  require(norm.table.type == CUDNN_DATA_FLOAT, CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE,
          "tables are fp32");
  require(epsilon >= 0, CUDNN_STATUS_BAD_PARAM, "epsilon is negative");
  norm.sets = {norm.x.dims, dims, dims};
  return norm;
}

void requireSame(const TensorShape& a, const TensorShape& b) {
  require(a.dims == b.dims, CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH, "the dimensions differ");
  require(a.type == b.type, CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE, "the types differ");
}

void requireBoth(const void* a, const void* b) {
  require((a == nullptr) == (b == nullptr), CUDNN_STATUS_BAD_PARAM,
          "of two tables one is null and the other is not");
}

[[noreturn]] void notEmulated() {
  throw Failure{CUDNN_STATUS_NOT_SUPPORTED, "this routine is not emulated"};
}

}  // namespace
}  // namespace emulator

using namespace emulator;

#pragma GCC visibility push(default)

extern "C" {

cudnnStatus_t cudnnDeriveBNTensorDescriptor(cudnnTensorDescriptor_t derived,
                                            const cudnnTensorDescriptor_t x,
                                            cudnnBatchNormMode_t mode) {
  return cudnnCall("cudnnDeriveBNTensorDescriptor", [&] {
    TensorShape table{CUDNN_DATA_FLOAT, tableDims(shapeOf(x), mode), {}};
    int64_t stride = 1;
    table.strides.resize(table.dims.size());
    for (size_t i = table.dims.size(); i-- > 0;) {
      table.strides[i] = stride;
      stride *= table.dims[i];
    }
    tensors().at(derived) = table;
  });
}

cudnnStatus_t cudnnBatchNormalizationForwardTraining(
    cudnnHandle_t handle, cudnnBatchNormMode_t mode, const void* alpha, const void* beta,
    const cudnnTensorDescriptor_t xDesc, const void* x, const cudnnTensorDescriptor_t yDesc,
    void* y, const cudnnTensorDescriptor_t tableDesc, const void* scale, const void* bias,
    double factor, void* runningMean, void* runningVariance, double epsilon, void* savedMean,
    void* savedInverse) {
  return cudnnCall("cudnnBatchNormalizationForwardTraining", [&] {
    Library library = libraryOf(handle);
    BatchNorm norm = batchNorm(mode, xDesc, tableDesc, epsilon);
    TensorShape yShape = shapeOf(yDesc);
    requireSame(norm.x, yShape);
    requireOperand(norm.x, x);
    requireOperand(yShape, y);
    requireOperand(norm.table, scale);
    requireOperand(norm.table, bias);
    requireBoth(runningMean, runningVariance);
    requireBoth(savedMean, savedInverse);
    enqueue(library.stream, [=, a = scalar(alpha), b = scalar(beta)] {
      int device = library.device;
      Elements xs = read(device, norm.x, x);
      Moments found = moments(norm.sets, xs, epsilon);
      Elements ys = normForward(norm.sets, xs, found, read(device, norm.table, scale),
                                read(device, norm.table, bias));
      write(device, yShape, y, ys, a, b);
      if (savedMean != nullptr) {
        write(device, norm.table, savedMean, found.mean);
        write(device, norm.table, savedInverse, found.inverseDeviation);
      }
      if (runningMean != nullptr) {
        double size = static_cast<double>(xs.size()) / static_cast<double>(found.mean.size());
        auto unbiased = static_cast<float>(size > 1 ? size / (size - 1) : 1);
        auto part = static_cast<float>(factor);
        write(device, norm.table, runningMean, found.mean, part, 1 - part);
        write(device, norm.table, runningVariance, found.variance, part * unbiased, 1 - part);
      }
    });
  });
}

cudnnStatus_t cudnnBatchNormalizationForwardInference(
    cudnnHandle_t handle, cudnnBatchNormMode_t mode, const void* alpha, const void* beta,
    const cudnnTensorDescriptor_t xDesc, const void* x, const cudnnTensorDescriptor_t yDesc,
    void* y, const cudnnTensorDescriptor_t tableDesc, const void* scale, const void* bias,
    const void* mean, const void* variance, double epsilon) {
  return cudnnCall("cudnnBatchNormalizationForwardInference", [&] {
    Library library = libraryOf(handle);
    BatchNorm norm = batchNorm(mode, xDesc, tableDesc, epsilon);
    TensorShape yShape = shapeOf(yDesc);
    requireSame(norm.x, yShape);
    requireOperand(norm.x, x);
    requireOperand(yShape, y);
    for (const void* table : {scale, bias, mean, variance}) {
      requireOperand(norm.table, table);
    }
    enqueue(library.stream, [=, a = scalar(alpha), b = scalar(beta)] {
      int device = library.device;
      Moments given{read(device, norm.table, mean), read(device, norm.table, variance), {}};
      for (float& value : given.inverseDeviation) {
        value = static_cast<float>(1 / std::sqrt(static_cast<double>(value) + epsilon));
      }
      Elements ys = normForward(norm.sets, read(device, norm.x, x), given,
                                read(device, norm.table, scale), read(device, norm.table, bias));
      write(device, yShape, y, ys, a, b);
    });
  });
}

cudnnStatus_t cudnnBatchNormalizationBackward(
    cudnnHandle_t handle, cudnnBatchNormMode_t mode, const void* alphaData, const void* betaData,
    const void* alphaParameters, const void* betaParameters, const cudnnTensorDescriptor_t xDesc,
    const void* x, const cudnnTensorDescriptor_t dyDesc, const void* dy,
    const cudnnTensorDescriptor_t dxDesc, void* dx, const cudnnTensorDescriptor_t tableDesc,
    const void* scale, void* dscale, void* dbias, double epsilon, const void* savedMean,
    const void* savedInverse) {
  return cudnnCall("cudnnBatchNormalizationBackward", [&] {
    Library library = libraryOf(handle);
    BatchNorm norm = batchNorm(mode, xDesc, tableDesc, epsilon);
    TensorShape dyShape = shapeOf(dyDesc);
    TensorShape dxShape = shapeOf(dxDesc);
    requireSame(norm.x, dyShape);
    requireSame(norm.x, dxShape);
    requireOperand(norm.x, x);
    requireOperand(dyShape, dy);
    requireOperand(dxShape, dx);
    for (const void* table : {scale, const_cast<const void*>(dscale), const_cast<const void*>(dbias)}) {
      requireOperand(norm.table, table);
    }
    requireBoth(savedMean, savedInverse);
    enqueue(library.stream, [=, a = scalar(alphaData), b = scalar(betaData),
                             c = scalar(alphaParameters), d = scalar(betaParameters)] {
      int device = library.device;
      Elements xs = read(device, norm.x, x);
      Moments found;
      if (savedMean == nullptr) {
        found = moments(norm.sets, xs, epsilon);
      } else {
        found = {read(device, norm.table, savedMean), read(device, norm.table, savedInverse), {}};
      }
      NormGradients gradients =
          normBackward(norm.sets, xs, read(device, dyShape, dy), found.mean,
                       found.inverseDeviation, read(device, norm.table, scale));
      write(device, dxShape, dx, gradients.dx, a, b);
      write(device, norm.table, dscale, gradients.dscale, c, d);
      write(device, norm.table, dbias, gradients.dbias, c, d);
    });
  });
}

// The rest of the legacy routines is there to be found, and refuses.

cudnnStatus_t cudnnGetBatchNormalizationForwardTrainingExWorkspaceSize(
    cudnnHandle_t, cudnnBatchNormMode_t, cudnnBatchNormOps_t, const cudnnTensorDescriptor_t,
    const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t,
    const cudnnActivationDescriptor_t, size_t*) {
  return cudnnCall("cudnnGetBatchNormalizationForwardTrainingExWorkspaceSize", notEmulated);
}

cudnnStatus_t cudnnGetBatchNormalizationBackwardExWorkspaceSize(
    cudnnHandle_t, cudnnBatchNormMode_t, cudnnBatchNormOps_t, const cudnnTensorDescriptor_t,
    const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t,
    const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t,
    const cudnnActivationDescriptor_t, size_t*) {
  return cudnnCall("cudnnGetBatchNormalizationBackwardExWorkspaceSize", notEmulated);
}

cudnnStatus_t cudnnGetBatchNormalizationTrainingExReserveSpaceSize(
    cudnnHandle_t, cudnnBatchNormMode_t, cudnnBatchNormOps_t, const cudnnActivationDescriptor_t,
    const cudnnTensorDescriptor_t, size_t*) {
  return cudnnCall("cudnnGetBatchNormalizationTrainingExReserveSpaceSize", notEmulated);
}

cudnnStatus_t cudnnBatchNormalizationForwardTrainingEx(
    cudnnHandle_t, cudnnBatchNormMode_t, cudnnBatchNormOps_t, const void*, const void*,
    const cudnnTensorDescriptor_t, const void*, const cudnnTensorDescriptor_t, const void*,
    const cudnnTensorDescriptor_t, void*, const cudnnTensorDescriptor_t, const void*, const void*,
    double, void*, void*, double, void*, void*, cudnnActivationDescriptor_t, void*, size_t, void*,
    size_t) {
  return cudnnCall("cudnnBatchNormalizationForwardTrainingEx", notEmulated);
}

cudnnStatus_t cudnnBatchNormalizationBackwardEx(
    cudnnHandle_t, cudnnBatchNormMode_t, cudnnBatchNormOps_t, const void*, const void*,
    const void*, const void*, const cudnnTensorDescriptor_t, const void*,
    const cudnnTensorDescriptor_t, const void*, const cudnnTensorDescriptor_t, const void*,
    const cudnnTensorDescriptor_t, void*, const cudnnTensorDescriptor_t, void*,
    const cudnnTensorDescriptor_t, const void*, const void*, void*, void*, double, const void*,
    const void*, cudnnActivationDescriptor_t, void*, size_t, void*, size_t) {
  return cudnnCall("cudnnBatchNormalizationBackwardEx", notEmulated);
}

cudnnStatus_t cudnnDeriveNormTensorDescriptor(cudnnTensorDescriptor_t, cudnnTensorDescriptor_t,
                                              const cudnnTensorDescriptor_t, cudnnNormMode_t,
                                              int) {
  return cudnnCall("cudnnDeriveNormTensorDescriptor", notEmulated);
}

cudnnStatus_t cudnnGetNormalizationForwardTrainingWorkspaceSize(
    cudnnHandle_t, cudnnNormMode_t, cudnnNormOps_t, cudnnNormAlgo_t, const cudnnTensorDescriptor_t,
    const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t,
    const cudnnActivationDescriptor_t, const cudnnTensorDescriptor_t, size_t*, int) {
  return cudnnCall("cudnnGetNormalizationForwardTrainingWorkspaceSize", notEmulated);
}

cudnnStatus_t cudnnGetNormalizationBackwardWorkspaceSize(
    cudnnHandle_t, cudnnNormMode_t, cudnnNormOps_t, cudnnNormAlgo_t, const cudnnTensorDescriptor_t,
    const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t,
    const cudnnTensorDescriptor_t, const cudnnTensorDescriptor_t,
    const cudnnActivationDescriptor_t, const cudnnTensorDescriptor_t, size_t*, int) {
  return cudnnCall("cudnnGetNormalizationBackwardWorkspaceSize", notEmulated);
}

cudnnStatus_t cudnnGetNormalizationTrainingReserveSpaceSize(
    cudnnHandle_t, cudnnNormMode_t, cudnnNormOps_t, cudnnNormAlgo_t,
    const cudnnActivationDescriptor_t, const cudnnTensorDescriptor_t, size_t*, int) {
  return cudnnCall("cudnnGetNormalizationTrainingReserveSpaceSize", notEmulated);
}

cudnnStatus_t cudnnNormalizationForwardTraining(
    cudnnHandle_t, cudnnNormMode_t, cudnnNormOps_t, cudnnNormAlgo_t, const void*, const void*,
    const cudnnTensorDescriptor_t, const void*, const cudnnTensorDescriptor_t, const void*,
    const void*, double, const cudnnTensorDescriptor_t, void*, void*, double, void*, void*,
    cudnnActivationDescriptor_t, const cudnnTensorDescriptor_t, const void*,
    const cudnnTensorDescriptor_t, void*, void*, size_t, void*, size_t, int) {
  return cudnnCall("cudnnNormalizationForwardTraining", notEmulated);
}

cudnnStatus_t cudnnNormalizationForwardInference(
    cudnnHandle_t, cudnnNormMode_t, cudnnNormOps_t, cudnnNormAlgo_t, const void*, const void*,
    const cudnnTensorDescriptor_t, const void*, const cudnnTensorDescriptor_t, const void*,
    const void*, const cudnnTensorDescriptor_t, const void*, const void*,
    const cudnnTensorDescriptor_t, const void*, cudnnActivationDescriptor_t,
    const cudnnTensorDescriptor_t, void*, double, int) {
  return cudnnCall("cudnnNormalizationForwardInference", notEmulated);
}

cudnnStatus_t cudnnNormalizationBackward(
    cudnnHandle_t, cudnnNormMode_t, cudnnNormOps_t, cudnnNormAlgo_t, const void*, const void*,
    const void*, const void*, const cudnnTensorDescriptor_t, const void*,
    const cudnnTensorDescriptor_t, const void*, const cudnnTensorDescriptor_t, const void*,
    const cudnnTensorDescriptor_t, void*, const cudnnTensorDescriptor_t, void*,
    const cudnnTensorDescriptor_t, const void*, const void*, void*, void*, double,
    const cudnnTensorDescriptor_t, const void*, const void*, cudnnActivationDescriptor_t, void*,
    size_t, void*, size_t, int) {
  return cudnnCall("cudnnNormalizationBackward", notEmulated);
}

cudnnStatus_t cudnnConvolutionBiasActivationForward(
    cudnnHandle_t, const void*, const cudnnTensorDescriptor_t, const void*,
    const cudnnFilterDescriptor_t, const void*, const cudnnConvolutionDescriptor_t,
    cudnnConvolutionFwdAlgo_t, void*, size_t, const void*, const cudnnTensorDescriptor_t,
    const void*, const cudnnTensorDescriptor_t, const void*, const cudnnActivationDescriptor_t,
    const cudnnTensorDescriptor_t, void*) {
  return cudnnCall("cudnnConvolutionBiasActivationForward", notEmulated);
}

}  // extern "C"
