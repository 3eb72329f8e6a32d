#!/usr/bin/env bash
# Makes bindings/lanewise anew from symbols/*.txt with the jextract on the PATH: see README.md.
set -euo pipefail

usage() {
  cat >&2 <<END
usage: $0 CUDA_INCLUDE CUDNN_INCLUDE

  CUDA_INCLUDE    the folder of cuda.h, of a CUDA toolkit 12 or 13
  CUDNN_INCLUDE   the folder of cudnn.h, of any cuDNN from 9.6 on
END
  exit 2
}

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Runs jextract, whose warnings (of what the lists leave out) matter only if it fails.
run_jextract() {
  jextract "$@" 2>"$work/log" || { cat "$work/log" >&2; fail "jextract failed"; }
}

# Fails on symbols of list $1 that the header, whose jextract arguments follow, does not have:
# jextract itself passes over them without a word.
check_symbols() {
  local list=$1 missing
  shift
  run_jextract --dump-includes "$work/known" "$@"
  missing=$(comm -23 <(grep -o '^--include-[a-z]* [^ ]*' "$list" | sort) \
    <(grep -o '^--include-[a-z]* [^ ]*' "$work/known" | sort))
  [ -z "$missing" ] || fail "not in the headers, but in $list:"$'\n'"$missing"
}

# generate PACKAGE CLASS LIST ARGUMENTS...
generate() {
  local package=$1 class=$2 list=$3
  shift 3
  check_symbols "$list" "$@"
  run_jextract --target-package "$package" --header-class-name "$class" --output "$work/out" \
    "@$list" "$@"
}

# Prints macro $1 of header $2.
macro() {
  sed -n "s/^#define $1 \([0-9]*\).*/\1/p" "$2" | grep . || fail "$2 does not define $1"
}

[ $# -eq 2 ] || usage
command -v jextract >/dev/null || fail "jextract is not on the PATH; see README.md"
[ -f "$1/cuda.h" ] || fail "$1 has no cuda.h"
[ -f "$2/cudnn.h" ] || fail "$2 has no cudnn.h"
cuda=$(cd "$1" && pwd)
cudnn=$(cd "$2" && pwd)
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

cuda_version=$(macro CUDA_VERSION "$cuda/cuda.h")
major=$(macro CUDNN_MAJOR "$cudnn/cudnn_version.h")
minor=$(macro CUDNN_MINOR "$cudnn/cudnn_version.h")
patch=$(macro CUDNN_PATCHLEVEL "$cudnn/cudnn_version.h")
[ "$major" -eq 9 ] || fail "$2 has cuDNN $major.$minor.$patch, not 9"

# The macro keeps cuda.h from renaming a function to its newest version, which older drivers lack.
generate lanewise.bindings.cuda Cuda symbols/cuda.txt \
  --define-macro __CUDA_API_VERSION_INTERNAL "$cuda/cuda.h"
generate lanewise.bindings.cudnn Cudnn symbols/cudnn.txt \
  --include-dir "$cuda" "$cudnn/cudnn.h"

rm -rf lanewise
mv "$work/out/lanewise" lanewise
cat >HEADERS <<END
CUDA_VERSION=$cuda_version
CUDNN_VERSION=$((major * 10000 + minor * 100 + patch))
END
find HEADERS symbols lanewise -type f | LC_ALL=C sort | xargs -d '\n' sha256sum >SHA256SUMS
