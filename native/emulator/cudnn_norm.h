// Normalisation as the legacy routines and the graph API have it in common.
#pragma once

#include "cudnn_shared.h"

namespace emulator {

// Which elements share a mean and a variance, and which share a factor and an offset: those that
// meet the same entry of a table when it is repeated along its dimensions of one.
struct NormSets {
  std::vector<int64_t> dims;
  std::vector<int64_t> statistics;
  std::vector<int64_t> affine;
};

struct Moments {
  Elements mean;
  Elements inverseDeviation;
  // Of the elements themselves, not of what they are drawn from.
  Elements variance;
};

Moments moments(const NormSets& sets, const Elements& x, double epsilon);

Elements normForward(const NormSets& sets, const Elements& x, const Moments& moments,
                     const Elements& scale, const Elements& bias);

struct NormGradients {
  Elements dx;
  Elements dscale;
  Elements dbias;
};

NormGradients normBackward(const NormSets& sets, const Elements& x, const Elements& dy,
                           const Elements& mean, const Elements& inverseDeviation,
                           const Elements& scale);

}  // namespace emulator
