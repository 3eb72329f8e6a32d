#!/usr/bin/env bash
# Compiles kernels.cu to the PTX that the jar carries, and records the checksums of both.
#
#   native/build.sh
#
# NVCC and PTXAS are the compilers (nvcc and ptxas of the PATH). Run it after every change of
# kernels.cu or kernels/; a test fails while the checksums differ.
#
# The PTX is for compute capability 7.5 and up: the driver compiles it for the GPU at hand. nvcc
# labels it with the version of PTX that belongs to nvcc itself, and a driver refuses what is labelled
# newer than it is, so PTX from nvcc 13 would not load on a CUDA 12 driver although it contains nothing
# new. It is therefore labelled 8.0, which every driver of CUDA 12 accepts, the oldest that the backend
# runs on; ptxas checks that all that the kernels use exists in that version, for each generation.
#
# nvcc's defaults are wanted: divisions and square roots round as IEEE 754 says, denormals are kept, and
# a product and a sum become one fused operation.
set -euo pipefail
version=8.0
nvcc=${NVCC:-nvcc}
ptxas=${PTXAS:-ptxas}

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

command -v "$nvcc" >/dev/null || fail "$nvcc is not there; it comes with the CUDA toolkit, 12.0 or newer"
command -v "$ptxas" >/dev/null || fail "$ptxas is not there; it comes with the CUDA toolkit"
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
ptx=../src/main/resources/lanewise/backend/cuda/kernels.ptx

"$nvcc" -std=c++17 -ptx -arch=compute_75 -Werror all-warnings kernels.cu -o "$work/kernels.ptx"
sed -i "s/^\.version .*/.version $version/" "$work/kernels.ptx"
for generation in 75 80 86 89 90 100 120; do
  if "$ptxas" --help | grep -q "sm_$generation\b"; then
    "$ptxas" -v -arch="sm_$generation" "$work/kernels.ptx" -o "$work/cubin" 2>"$work/log" ||
      fail "not PTX $version for sm_$generation: $(grep -m 1 error "$work/log")"
    ! grep -B 1 '[1-9][0-9]* bytes spill' "$work/log" || fail "spills on sm_$generation"
  fi
done
! grep -F "$PWD" "$work/kernels.ptx" || fail "the PTX names a folder of this machine"
mkdir -p "$(dirname "$ptx")"
mv "$work/kernels.ptx" "$ptx"
sha256sum kernels.cu kernels/*.cuh "$ptx" >SHA256SUMS
