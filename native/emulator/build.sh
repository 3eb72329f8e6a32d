#!/usr/bin/env bash
# Builds the emulated libcuda.so.1 and libcudnn.so.9 into a folder, if anything changed.
#
#   build.sh FOLDER
#
# Ends with status 3 if there is no C++ compiler.
#
# CXX is the compiler (g++). NVIDIA's headers are used where CUDA_INCLUDE and CUDNN_INCLUDE, or the
# usual folders, have them; else those in include/, which are checked against the real ones when
# there are any. LANEWISE_OWN_HEADERS=1 takes include/ in any case.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
cxx=${CXX:-g++}

if ! command -v "$cxx" >/dev/null; then
  echo "there is no C++ compiler ($cxx)" >&2
  exit 3
fi

# Prints the first of the folders that has the header, or nothing.
folder_of() {
  local header=$1 folder
  shift
  [[ -z ${LANEWISE_OWN_HEADERS:-} ]] || return 0
  for folder in "$@"; do
    if [[ -n $folder && -f $folder/$header ]]; then
      echo "$folder"
      return
    fi
  done
}

cuda_include=$(folder_of cuda.h "${CUDA_INCLUDE:-}" "${CUDA_HOME:-/usr/local/cuda}/include")
cudnn_include=$(folder_of cudnn.h "${CUDNN_INCLUDE:-}" "${CUDA_HOME:-/usr/local/cuda}/include" /usr/include)
# The real cudnn.h includes parts of the real CUDA.
[[ -n $cuda_include ]] || cudnn_include=
flags=(-std=c++17 -O3 -march=native -fPIC -fvisibility=hidden -Wall -Wextra -Wno-unknown-pragmas
  -Wno-deprecated-declarations)
includes=(-I"$here" -isystem "${cuda_include:-$here/include}" -isystem "${cudnn_include:-$here/include}")

# Everything that the result depends on.
fingerprint() {
  "$cxx" --version | head -n 1
  printf '%s\n' "${flags[@]}" "${includes[@]}"
  cat "$here"/*.cpp "$here"/*.h "$here"/include/*.h "$here"/../kernels.cu "$here"/../kernels/* \
    "${BASH_SOURCE[0]}"
}

stamp=$(fingerprint | sha256sum)
if [[ -f $out/stamp && $(<"$out/stamp") == "$stamp" ]]; then
  exit 0
fi
rm -f "$out/stamp"

# The names of the kernels, by the attribute that __global__ stands for.
{
  printf '#include "cuda_on_host.h"\n#include "../kernels.cu"\n' |
    "$cxx" "${flags[@]}" "${includes[@]}" -E -P -x c++ - |
    tr '\n' ' ' |
    grep -oE '\(\(section\("\.text\.kernel"\)\)\)[^({]*' |
    sed -E 's/.*[^[:alnum:]_]([[:alnum:]_]+) *$/KERNEL(\1)/'
} >"$out/kernel_table.inc"

# Our headers' values against NVIDIA's.
check_values() {
  local header=$1 real=$2
  {
    printf '#include <cstddef>\n#include "%s"\n' "$real/$header"
    sed -nE 's/^  ((CU|CUDA|CUDNN)_[A-Z0-9_x]+) = (-?[0-9]+),.*/static_assert(\1 == \3, "\1");/p' \
      "$here/include/$header"
  } | "$cxx" -std=c++17 -isystem "${cuda_include:-$here/include}" -isystem "$real" -x c++ -fsyntax-only -
}

[[ -z $cuda_include ]] || check_values cuda.h "$cuda_include"
[[ -z $cudnn_include ]] || check_values cudnn.h "$cudnn_include"

driver=(settings driver memory streams modules fibers kernels)
cudnn=(cudnn cudnn_convolution cudnn_norm cudnn_graph)
link=(-shared -Wl,--no-undefined)
cd "$out"
printf '%s\n' "${driver[@]}" "${cudnn[@]}" |
  xargs -P "$(nproc)" -I{} "$cxx" "${flags[@]}" "${includes[@]}" -I. -c "$here/{}.cpp" -o {}.o
"$cxx" "${link[@]}" -Wl,-soname,libcuda.so.1 "${driver[@]/%/.o}" -o libcuda.so.1
"$cxx" "${link[@]}" -Wl,-soname,libcudnn.so.9 -Wl,-rpath,'$ORIGIN' "${cudnn[@]/%/.o}" \
  libcuda.so.1 -o libcudnn.so.9
# cuDNN's parts, which are there to be found: libcudnn.so.9 has all that they would.
for part in graph ops cnn; do
  "$cxx" "${link[@]}" -Wl,-soname,libcudnn_$part.so.9 -x c++ /dev/null -o libcudnn_$part.so.9
done
rm -f ./*.o
echo "$stamp" >stamp
