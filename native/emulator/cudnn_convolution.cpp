// The emulated cuDNN: convolutions by the legacy routines.
//
// All algorithms compute the same, straightforwardly. What tells them apart is what a caller must
// mind: the workspace they want, whether they are deterministic, and whether they round fp32 to TF32.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "cudnn_shared.h"

namespace emulator {
namespace {

// The shapes of one convolution: x is n x h x w x c, the filter k x r x s x c / groups.
struct Problem {
  TensorShape x;
  TensorShape w;
  TensorShape y;
  ConvolutionTerms terms;

  size_t n() const { return size(x, 0); }
  size_t c() const { return size(x, 1); }
  size_t k() const { return size(y, 1); }
  size_t r() const { return size(w, 2); }
  size_t s() const { return size(w, 3); }
  size_t groupC() const { return size(w, 1); }
  size_t groupK() const { return k() / static_cast<size_t>(terms.groups); }

 private:
  static size_t size(const TensorShape& shape, size_t axis) {
    return static_cast<size_t>(shape.dims[axis]);
  }
};

int64_t outputSize(int64_t input, int64_t filter, const ConvolutionTerms& terms, size_t axis) {
  int64_t extent = terms.dilation[axis] * (filter - 1) + 1;
  return (input + 2 * terms.pad[axis] - extent) / terms.stride[axis] + 1;
}

std::vector<int64_t> outputDims(const TensorShape& x, const TensorShape& w,
                                const ConvolutionTerms& terms) {
  require(x.dims.size() == 4, CUDNN_STATUS_NOT_SUPPORTED, "only images in two dimensions are emulated");
  require(x.dims[1] == w.dims[1] * terms.groups && w.dims[0] % terms.groups == 0,
          CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH,
          "the channels of images and filters do not go together");
  int64_t h = outputSize(x.dims[2], w.dims[2], terms, 0);
  int64_t width = outputSize(x.dims[3], w.dims[3], terms, 1);
  require(h > 0 && width > 0, CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH,
          "the filter is larger than the image");
  return {x.dims[0], w.dims[0], h, width};
}

const ConvolutionTerms& termsOf(cudnnConvolutionDescriptor_t handle) {
  const ConvolutionTerms& terms = convolutions().at(handle);
  require(terms.set, CUDNN_STATUS_BAD_PARAM, "the convolution descriptor was not set");
  return terms;
}

Problem problemOf(cudnnTensorDescriptor_t x, cudnnFilterDescriptor_t w,
                  cudnnConvolutionDescriptor_t convolution, cudnnTensorDescriptor_t y) {
  Problem problem{shapeOf(x), shapeOf(w), shapeOf(y), termsOf(convolution)};
  require(outputDims(problem.x, problem.w, problem.terms) == problem.y.dims,
          CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH, "the output has other dimensions than the convolution");
  require(problem.x.type == problem.w.type && problem.x.type == problem.y.type,
          CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE, "the operands have different types");
  bool nhwc = isNhwc(problem.x) && isNhwc(problem.w) && isNhwc(problem.y);
  bool nchw = isNchw(problem.x) && isNchw(problem.w) && isNchw(problem.y);
  require(nhwc || nchw, CUDNN_STATUS_NOT_SUPPORTED_LAYOUT,
          "images and filters must all be NCHW or all NHWC");
  return problem;
}

// Calls body(input pixel, output pixel, tap) wherever a tap of the filter meets the image.
template <typename Body>
void forEachTap(const Problem& problem, Body body) {
  const ConvolutionTerms& terms = problem.terms;
  int64_t h = problem.x.dims[2], w = problem.x.dims[3];
  int64_t outH = problem.y.dims[2], outW = problem.y.dims[3];
  int64_t rows = problem.w.dims[2], columns = problem.w.dims[3];
  bool flipped = terms.mode == CUDNN_CONVOLUTION;
  for (int64_t n = 0; n < problem.x.dims[0]; n++) {
    for (int64_t oh = 0; oh < outH; oh++) {
      for (int64_t ow = 0; ow < outW; ow++) {
        for (int64_t r = 0; r < rows; r++) {
          int64_t ih = oh * terms.stride[0] - terms.pad[0] + r * terms.dilation[0];
          if (ih < 0 || ih >= h) {
            continue;
          }
          for (int64_t s = 0; s < columns; s++) {
            int64_t iw = ow * terms.stride[1] - terms.pad[1] + s * terms.dilation[1];
            if (iw >= 0 && iw < w) {
              int64_t tap = r * columns + s;
              body(static_cast<size_t>((n * h + ih) * w + iw),
                   static_cast<size_t>((n * outH + oh) * outW + ow),
                   static_cast<size_t>(flipped ? rows * columns - 1 - tap : tap));
            }
          }
        }
      }
    }
  }
}

// sum += factor * values
void addScaled(float* __restrict sum, float factor, const float* __restrict values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    sum[i] += factor * values[i];
  }
}

// The filter with its output channels innermost: group x tap x c x k.
Elements transposed(const Problem& problem, const Elements& w) {
  size_t groups = static_cast<size_t>(problem.terms.groups);
  size_t taps = problem.r() * problem.s(), c = problem.groupC(), k = problem.groupK();
  Elements result(w.size());
  for (size_t g = 0; g < groups; g++) {
    for (size_t ki = 0; ki < k; ki++) {
      for (size_t i = 0; i < taps * c; i++) {
        result[(g * taps * c + i) * k + ki] = w[(g * k + ki) * taps * c + i];
      }
    }
  }
  return result;
}

Elements forward(const Problem& problem, const Elements& x, const Elements& w) {
  Elements filter = transposed(problem, w);
  size_t groups = static_cast<size_t>(problem.terms.groups);
  size_t taps = problem.r() * problem.s(), c = problem.groupC(), k = problem.groupK();
  Elements y(static_cast<size_t>(problem.y.elements()));
  forEachTap(problem, [&](size_t in, size_t out, size_t tap) {
    for (size_t g = 0; g < groups; g++) {
      const float* from = &x[(in * groups + g) * c];
      const float* rows = &filter[(g * taps + tap) * c * k];
      float* to = &y[(out * groups + g) * k];
      for (size_t i = 0; i < c; i++) {
        addScaled(to, from[i], rows + i * k, k);
      }
    }
  });
  return y;
}

Elements backwardData(const Problem& problem, const Elements& w, const Elements& dy) {
  size_t groups = static_cast<size_t>(problem.terms.groups);
  size_t taps = problem.r() * problem.s(), c = problem.groupC(), k = problem.groupK();
  Elements dx(static_cast<size_t>(problem.x.elements()));
  forEachTap(problem, [&](size_t in, size_t out, size_t tap) {
    for (size_t g = 0; g < groups; g++) {
      const float* from = &dy[(out * groups + g) * k];
      float* to = &dx[(in * groups + g) * c];
      for (size_t i = 0; i < k; i++) {
        addScaled(to, from[i], &w[((g * k + i) * taps + tap) * c], c);
      }
    }
  });
  return dx;
}

Elements backwardFilter(const Problem& problem, const Elements& x, const Elements& dy) {
  size_t groups = static_cast<size_t>(problem.terms.groups);
  size_t taps = problem.r() * problem.s(), c = problem.groupC(), k = problem.groupK();
  Elements dw(static_cast<size_t>(problem.w.elements()));
  forEachTap(problem, [&](size_t in, size_t out, size_t tap) {
    for (size_t g = 0; g < groups; g++) {
      const float* from = &dy[(out * groups + g) * k];
      const float* pixel = &x[(in * groups + g) * c];
      for (size_t i = 0; i < k; i++) {
        addScaled(&dw[((g * k + i) * taps + tap) * c], from[i], pixel, c);
      }
    }
  });
  return dw;
}

// How large a workspace is wanted.
enum class Scratch { kNone, kHalfTheOutput, kMoreThanThereIs };

// An algorithm of one of the three passes, as far as callers can tell.
struct Algorithm {
  int number;
  bool supported;
  bool deterministic;
  bool rounds;
  // Made up: the order in which a search ranks them.
  float milliseconds;
  Scratch scratch;
};

// By number. The fastest is one that no memory suffices for or that is not deterministic.
const std::vector<Algorithm> kForward = {
    {CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, true, true, false, 3, Scratch::kNone},
    {CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, true, true, true, 2, Scratch::kHalfTheOutput},
    {CUDNN_CONVOLUTION_FWD_ALGO_GEMM, false, true, false, -1, Scratch::kNone},
    {CUDNN_CONVOLUTION_FWD_ALGO_DIRECT, false, true, false, -1, Scratch::kNone},
    {CUDNN_CONVOLUTION_FWD_ALGO_FFT, false, true, false, -1, Scratch::kNone},
    {CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING, true, true, false, 1, Scratch::kMoreThanThereIs},
    {CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD, false, true, false, -1, Scratch::kNone},
    {CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED, false, true, false, -1, Scratch::kNone},
};

const std::vector<Algorithm> kBackwardData = {
    {CUDNN_CONVOLUTION_BWD_DATA_ALGO_0, true, false, false, 1, Scratch::kNone},
    {CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, true, true, true, 2, Scratch::kHalfTheOutput},
    {CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT, false, true, false, -1, Scratch::kNone},
    {CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT_TILING, true, true, false, 0.5, Scratch::kMoreThanThereIs},
    {CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD, false, true, false, -1, Scratch::kNone},
    {CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED, false, true, false, -1, Scratch::kNone},
};

const std::vector<Algorithm> kBackwardFilter = {
    {CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0, true, false, false, 1, Scratch::kNone},
    {CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1, true, true, true, 2, Scratch::kHalfTheOutput},
    {CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT, false, true, false, -1, Scratch::kNone},
    {CUDNN_CONVOLUTION_BWD_FILTER_ALGO_3, true, false, false, 1.5, Scratch::kHalfTheOutput},
    {CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD, false, true, false, -1, Scratch::kNone},
    {CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED, false, true, false, -1, Scratch::kNone},
    {CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT_TILING, true, true, false, 0.5, Scratch::kMoreThanThereIs},
};

size_t workspaceOf(const Algorithm& algorithm, const TensorShape& output) {
  switch (algorithm.scratch) {
    case Scratch::kHalfTheOutput:
      return output.bytes() / 2;
    case Scratch::kMoreThanThereIs:
      return settings().memory;
    default:
      return 0;
  }
}

const Algorithm& algorithmOf(const std::vector<Algorithm>& algorithms, int number) {
  require(number >= 0 && static_cast<size_t>(number) < algorithms.size(), CUDNN_STATUS_BAD_PARAM,
          "there is no such algorithm");
  const Algorithm& algorithm = algorithms[static_cast<size_t>(number)];
  require(algorithm.supported, CUDNN_STATUS_NOT_SUPPORTED,
          "the algorithm does not support this convolution");
  return algorithm;
}

bool isDeterministic(const Algorithm& algorithm) {
  return algorithm.deterministic && !settings().nondeterministic;
}

bool isTensorOperation(cudnnMathType_t math) {
  return math == CUDNN_TENSOR_OP_MATH || math == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION;
}

bool mayRound(cudnnMathType_t math) { return math != CUDNN_FMA_MATH; }

// To the 10 bits of mantissa that TF32 keeps.
void roundToTf32(Elements& elements) {
  for (float& element : elements) {
    uint32_t bits;
    std::memcpy(&bits, &element, sizeof(bits));
    bits = (bits + 0x1000) & 0xffffe000u;
    std::memcpy(&element, &bits, sizeof(bits));
  }
}

// What differs from call to call where the order of sums is left open.
void disturb(Elements& elements) {
  static int calls = 0;
  if (++calls % 2 == 0) {
    for (float& element : elements) {
      element = std::nextafter(element, HUGE_VALF);
    }
  }
}

using Pass = Elements (*)(const Problem&, const Elements&, const Elements&);

struct Workspace {
  void* address;
  size_t bytes;
};

struct Operand {
  TensorShape shape;
  const void* address;
};

// Queues a pass that computes `output` from two operands.
void run(const Library& library, const Problem& problem, Pass pass, const Algorithm& algorithm,
         Workspace workspace, const Operand& a, const Operand& b, const Operand& output,
         const void* alpha, const void* beta) {
  requireOperand(a.shape, a.address);
  requireOperand(b.shape, b.address);
  requireOperand(output.shape, output.address);
  requireWorkspace(workspace.address, workspace.bytes, workspaceOf(algorithm, output.shape));
  bool rounds = algorithm.rounds && mayRound(problem.terms.math);
  enqueue(library.stream, [=, factor = scalar(alpha), old = scalar(beta)] {
    Elements as = read(library.device, a.shape, a.address);
    Elements bs = read(library.device, b.shape, b.address);
    if (rounds) {
      roundToTf32(as);
      roundToTf32(bs);
    }
    spoil(library.device, workspace.address, workspaceOf(algorithm, output.shape));
    Elements result = pass(problem, as, bs);
    if (!isDeterministic(algorithm)) {
      disturb(result);
    }
    write(library.device, output.shape, const_cast<void*>(output.address), result, factor, old);
  });
}

// Fills the results of a search or a heuristic; those that cannot be used come last.
template <typename Result>
void rank(const std::vector<Algorithm>& algorithms, const Problem& problem,
          const TensorShape& output, size_t workspaceLimit, int requested, int* returned,
          Result* results) {
  requirePointer(returned);
  requirePointer(results);
  require(requested > 0, CUDNN_STATUS_BAD_PARAM, "no results are asked for");
  // A search tries what the descriptor has, and the default beside tensor operations alone.
  std::vector<cudnnMathType_t> maths = {problem.terms.math};
  if (isTensorOperation(problem.terms.math)) {
    maths.push_back(CUDNN_DEFAULT_MATH);
  }
  std::vector<Result> all;
  for (const Algorithm& algorithm : algorithms) {
    for (cudnnMathType_t math : maths) {
      Result result{};
      result.algo = static_cast<decltype(result.algo)>(algorithm.number);
      result.memory = workspaceOf(algorithm, output);
      bool fits = algorithm.supported && result.memory <= workspaceLimit;
      result.status = fits ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_NOT_SUPPORTED;
      // Tensor cores are faster wherever they may be used.
      float time = algorithm.milliseconds * (isTensorOperation(math) ? 0.9f : 1.0f);
      result.time = fits ? time : -1;
      result.determinism =
          isDeterministic(algorithm) ? CUDNN_DETERMINISTIC : CUDNN_NON_DETERMINISTIC;
      result.mathType = math;
      all.push_back(result);
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Result& a, const Result& b) {
    bool aFits = a.status == CUDNN_STATUS_SUCCESS, bFits = b.status == CUDNN_STATUS_SUCCESS;
    return aFits != bFits ? aFits : a.time < b.time;
  });
  *returned = std::min(requested, static_cast<int>(all.size()));
  std::copy_n(all.begin(), *returned, results);
}

// A search runs the algorithms: it waits, and leaves anything in the output and the workspace.
void search(const Library& library, const Operand& output, Workspace workspace) {
  requireNotCapturing(library.stream);
  requireOperand(output.shape, output.address);
  enqueue(library.stream, [=] {
    spoil(library.device, output.address, output.shape.bytes());
    spoil(library.device, workspace.address, std::min(workspace.bytes, output.shape.bytes() / 2));
  });
  drain();
  current();
}

}  // namespace
}  // namespace emulator

using namespace emulator;

#pragma GCC visibility push(default)

extern "C" {

cudnnStatus_t cudnnGetConvolution2dForwardOutputDim(const cudnnConvolutionDescriptor_t convolution,
                                                    const cudnnTensorDescriptor_t x,
                                                    const cudnnFilterDescriptor_t w, int* n,
                                                    int* c, int* h, int* width) {
  return cudnnCall("cudnnGetConvolution2dForwardOutputDim", [&] {
    std::vector<int64_t> dims = outputDims(shapeOf(x), shapeOf(w), termsOf(convolution));
    int* results[] = {n, c, h, width};
    for (size_t i = 0; i < dims.size(); i++) {
      requirePointer(results[i]);
      *results[i] = static_cast<int>(dims[i]);
    }
  });
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(
    cudnnHandle_t handle, const cudnnTensorDescriptor_t x, const cudnnFilterDescriptor_t w,
    const cudnnConvolutionDescriptor_t convolution, const cudnnTensorDescriptor_t y,
    const int requested, int* returned, cudnnConvolutionFwdAlgoPerf_t* results) {
  return cudnnCall("cudnnGetConvolutionForwardAlgorithm_v7", [&] {
    libraryOf(handle);
    Problem problem = problemOf(x, w, convolution, y);
    rank(kForward, problem, problem.y, SIZE_MAX, requested, returned, results);
  });
}

cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(
    cudnnHandle_t handle, const cudnnFilterDescriptor_t w, const cudnnTensorDescriptor_t dy,
    const cudnnConvolutionDescriptor_t convolution, const cudnnTensorDescriptor_t dx,
    const int requested, int* returned, cudnnConvolutionBwdDataAlgoPerf_t* results) {
  return cudnnCall("cudnnGetConvolutionBackwardDataAlgorithm_v7", [&] {
    libraryOf(handle);
    Problem problem = problemOf(dx, w, convolution, dy);
    rank(kBackwardData, problem, problem.x, SIZE_MAX, requested, returned, results);
  });
}

cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(
    cudnnHandle_t handle, const cudnnTensorDescriptor_t x, const cudnnTensorDescriptor_t dy,
    const cudnnConvolutionDescriptor_t convolution, const cudnnFilterDescriptor_t dw,
    const int requested, int* returned, cudnnConvolutionBwdFilterAlgoPerf_t* results) {
  return cudnnCall("cudnnGetConvolutionBackwardFilterAlgorithm_v7", [&] {
    libraryOf(handle);
    Problem problem = problemOf(x, dw, convolution, dy);
    rank(kBackwardFilter, problem, problem.w, SIZE_MAX, requested, returned, results);
  });
}

cudnnStatus_t cudnnFindConvolutionForwardAlgorithmEx(
    cudnnHandle_t handle, const cudnnTensorDescriptor_t xDesc, const void* x,
    const cudnnFilterDescriptor_t wDesc, const void* w,
    const cudnnConvolutionDescriptor_t convolution, const cudnnTensorDescriptor_t yDesc, void* y,
    const int requested, int* returned, cudnnConvolutionFwdAlgoPerf_t* results, void* workspace,
    size_t workspaceBytes) {
  return cudnnCall("cudnnFindConvolutionForwardAlgorithmEx", [&] {
    Library& library = libraryOf(handle);
    Problem problem = problemOf(xDesc, wDesc, convolution, yDesc);
    requireOperand(problem.x, x);
    requireOperand(problem.w, w);
    search(library, {problem.y, y}, {workspace, workspaceBytes});
    rank(kForward, problem, problem.y, workspaceBytes, requested, returned, results);
  });
}

cudnnStatus_t cudnnFindConvolutionBackwardDataAlgorithmEx(
    cudnnHandle_t handle, const cudnnFilterDescriptor_t wDesc, const void* w,
    const cudnnTensorDescriptor_t dyDesc, const void* dy,
    const cudnnConvolutionDescriptor_t convolution, const cudnnTensorDescriptor_t dxDesc, void* dx,
    const int requested, int* returned, cudnnConvolutionBwdDataAlgoPerf_t* results,
    void* workspace, size_t workspaceBytes) {
  return cudnnCall("cudnnFindConvolutionBackwardDataAlgorithmEx", [&] {
    Library& library = libraryOf(handle);
    Problem problem = problemOf(dxDesc, wDesc, convolution, dyDesc);
    requireOperand(problem.w, w);
    requireOperand(problem.y, dy);
    search(library, {problem.x, dx}, {workspace, workspaceBytes});
    rank(kBackwardData, problem, problem.x, workspaceBytes, requested, returned, results);
  });
}

cudnnStatus_t cudnnFindConvolutionBackwardFilterAlgorithmEx(
    cudnnHandle_t handle, const cudnnTensorDescriptor_t xDesc, const void* x,
    const cudnnTensorDescriptor_t dyDesc, const void* dy,
    const cudnnConvolutionDescriptor_t convolution, const cudnnFilterDescriptor_t dwDesc, void* dw,
    const int requested, int* returned, cudnnConvolutionBwdFilterAlgoPerf_t* results,
    void* workspace, size_t workspaceBytes) {
  return cudnnCall("cudnnFindConvolutionBackwardFilterAlgorithmEx", [&] {
    Library& library = libraryOf(handle);
    Problem problem = problemOf(xDesc, dwDesc, convolution, dyDesc);
    requireOperand(problem.x, x);
    requireOperand(problem.y, dy);
    search(library, {problem.w, dw}, {workspace, workspaceBytes});
    rank(kBackwardFilter, problem, problem.w, workspaceBytes, requested, returned, results);
  });
}

cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(
    cudnnHandle_t handle, const cudnnTensorDescriptor_t x, const cudnnFilterDescriptor_t w,
    const cudnnConvolutionDescriptor_t convolution, const cudnnTensorDescriptor_t y,
    cudnnConvolutionFwdAlgo_t algorithm, size_t* bytes) {
  return cudnnCall("cudnnGetConvolutionForwardWorkspaceSize", [&] {
    requirePointer(bytes);
    libraryOf(handle);
    *bytes = workspaceOf(algorithmOf(kForward, algorithm), problemOf(x, w, convolution, y).y);
  });
}

cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(
    cudnnHandle_t handle, const cudnnFilterDescriptor_t w, const cudnnTensorDescriptor_t dy,
    const cudnnConvolutionDescriptor_t convolution, const cudnnTensorDescriptor_t dx,
    cudnnConvolutionBwdDataAlgo_t algorithm, size_t* bytes) {
  return cudnnCall("cudnnGetConvolutionBackwardDataWorkspaceSize", [&] {
    requirePointer(bytes);
    libraryOf(handle);
    *bytes = workspaceOf(algorithmOf(kBackwardData, algorithm), problemOf(dx, w, convolution, dy).x);
  });
}

cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(
    cudnnHandle_t handle, const cudnnTensorDescriptor_t x, const cudnnTensorDescriptor_t dy,
    const cudnnConvolutionDescriptor_t convolution, const cudnnFilterDescriptor_t dw,
    cudnnConvolutionBwdFilterAlgo_t algorithm, size_t* bytes) {
  return cudnnCall("cudnnGetConvolutionBackwardFilterWorkspaceSize", [&] {
    requirePointer(bytes);
    libraryOf(handle);
    *bytes =
        workspaceOf(algorithmOf(kBackwardFilter, algorithm), problemOf(x, dw, convolution, dy).w);
  });
}

cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void* alpha,
                                      const cudnnTensorDescriptor_t xDesc, const void* x,
                                      const cudnnFilterDescriptor_t wDesc, const void* w,
                                      const cudnnConvolutionDescriptor_t convolution,
                                      cudnnConvolutionFwdAlgo_t algorithm, void* workspace,
                                      size_t workspaceBytes, const void* beta,
                                      const cudnnTensorDescriptor_t yDesc, void* y) {
  return cudnnCall("cudnnConvolutionForward", [&] {
    Library& library = libraryOf(handle);
    Problem problem = problemOf(xDesc, wDesc, convolution, yDesc);
    run(library, problem, forward, algorithmOf(kForward, algorithm), {workspace, workspaceBytes},
        {problem.x, x}, {problem.w, w}, {problem.y, y}, alpha, beta);
  });
}

cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void* alpha,
                                           const cudnnFilterDescriptor_t wDesc, const void* w,
                                           const cudnnTensorDescriptor_t dyDesc, const void* dy,
                                           const cudnnConvolutionDescriptor_t convolution,
                                           cudnnConvolutionBwdDataAlgo_t algorithm,
                                           void* workspace, size_t workspaceBytes,
                                           const void* beta, const cudnnTensorDescriptor_t dxDesc,
                                           void* dx) {
  return cudnnCall("cudnnConvolutionBackwardData", [&] {
    Library& library = libraryOf(handle);
    Problem problem = problemOf(dxDesc, wDesc, convolution, dyDesc);
    run(library, problem, backwardData, algorithmOf(kBackwardData, algorithm),
        {workspace, workspaceBytes}, {problem.w, w}, {problem.y, dy}, {problem.x, dx}, alpha, beta);
  });
}

cudnnStatus_t cudnnConvolutionBackwardFilter(
    cudnnHandle_t handle, const void* alpha, const cudnnTensorDescriptor_t xDesc, const void* x,
    const cudnnTensorDescriptor_t dyDesc, const void* dy,
    const cudnnConvolutionDescriptor_t convolution, cudnnConvolutionBwdFilterAlgo_t algorithm,
    void* workspace, size_t workspaceBytes, const void* beta, const cudnnFilterDescriptor_t dwDesc,
    void* dw) {
  return cudnnCall("cudnnConvolutionBackwardFilter", [&] {
    Library& library = libraryOf(handle);
    Problem problem = problemOf(xDesc, dwDesc, convolution, dyDesc);
    run(library, problem, backwardFilter, algorithmOf(kBackwardFilter, algorithm),
        {workspace, workspaceBytes}, {problem.x, x}, {problem.y, dy}, {problem.w, dw}, alpha, beta);
  });
}

cudnnStatus_t cudnnConvolutionBackwardBias(cudnnHandle_t handle, const void* alpha,
                                           const cudnnTensorDescriptor_t dyDesc, const void* dy,
                                           const void* beta, const cudnnTensorDescriptor_t dbDesc,
                                           void* db) {
  return cudnnCall("cudnnConvolutionBackwardBias", [&] {
    Library library = libraryOf(handle);
    TensorShape dyShape = shapeOf(dyDesc);
    TensorShape dbShape = shapeOf(dbDesc);
    require(dbShape.dims == std::vector<int64_t>{1, dyShape.dims[1], 1, 1},
            CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH, "the bias is not 1 x C x 1 x 1");
    requireOperand(dyShape, dy);
    requireOperand(dbShape, db);
    enqueue(library.stream, [=, factor = scalar(alpha), old = scalar(beta)] {
      Elements gradient = read(library.device, dyShape, dy);
      auto channels = static_cast<size_t>(dbShape.dims[1]);
      std::vector<double> sums(channels);
      for (size_t i = 0; i < gradient.size(); i++) {
        sums[i % channels] += static_cast<double>(gradient[i]);
      }
      write(library.device, dbShape, db, Elements(sums.begin(), sums.end()), factor, old);
    });
  });
}

}  // extern "C"
