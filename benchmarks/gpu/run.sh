#!/usr/bin/env bash
# Checks, trains and compares Lanewise with PyTorch on this machine's GPU, in under 9 minutes:
#
#   run.sh LAUNCHER OUT
#
# LAUNCHER is bin/lanewise of the runtime image, or ./lanewise of the source tree; OUT a folder for
# summary.md, results.json and logs. A part that fails or takes too long does not keep the others
# from running. What it needs: the NVIDIA driver, cuDNN 9, and a Python with PyTorch 2.
#
#   BACKEND     cuda         DEVICE       0
#   PRECISIONS  fp32,tf32,bf16            PYTHON   python3
#   LIMIT       520 seconds for all parts
#   SMOKE       if set, trains a few steps and compares a few small cases only

set -uo pipefail

if (($# != 2)); then
  sed -n '2,14s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
launcher=$(realpath -- "$1")
mkdir -p -- "$2" || exit 1
out=$(realpath -- "$2")
here=$(dirname -- "$(realpath -- "$0")")
backend=${BACKEND:-cuda}
device=${DEVICE:-0}
precisions=${PRECISIONS:-fp32,tf32,bf16}
python=${PYTHON:-python3}
limit=${LIMIT:-520}
engine=(--backend "$backend" --device "$device")
summary=$out/summary.md
failures=0

say() { printf '%s\n' "$*" | tee -a "$summary"; }

# part NAME SECONDS COMMAND...: runs it with a limit, its output in OUT/NAME.txt; tells how it ended.
part() {
  local name=$1 seconds=$2 start=$SECONDS status
  shift 2
  timeout --kill-after=5 "$seconds" "$@" >"$out/$name.txt" 2>&1
  status=$?
  case $status in
    0) say "- $name: done in $((SECONDS - start)) s" ;;
    124 | 137) say "- $name: **stopped after $seconds s**" ;;
    *) say "- $name: **failed with status $status**: $(tail -n 1 "$out/$name.txt")" ;;
  esac
  return $status
}

: >"$summary"
say "# Lanewise and PyTorch on one machine"
say ""
say "$(date -u '+%Y-%m-%d %H:%M UTC'), $("$launcher" --version 2>/dev/null | head -n 1)"
say ""
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null |
  tee -a "$summary"
say ""
say "## Parts"
say ""
part backends 60 "$launcher" backends || failures=$((failures + 1))

# Correctness does not mind company: the three precisions at once.
checks=()
for precision in ${precisions//,/ }; do
  part "check-$precision" 150 "$launcher" check "${engine[@]}" --precision "$precision" &
  checks+=($!)
done
for check in "${checks[@]}"; do
  wait "$check" || failures=$((failures + 1))
done

smoke=()
steps=200
if [[ -n ${SMOKE:-} ]]; then
  smoke=(--smoke)
  steps=5
fi
rm -rf -- "$out/run"
part train 60 "$launcher" train "${engine[@]}" --steps "$steps" --out "$out/run" ||
  failures=$((failures + 1))

left=$((limit - SECONDS))
part compare "$((left > 30 ? left : 30))" "$python" "$here/compare.py" --lanewise "$launcher" \
  "${engine[@]}" --precisions "$precisions" --limit "$((left > 60 ? left - 30 : 30))" \
  --out "$out" ${smoke[@]+"${smoke[@]}"} || failures=$((failures + 1))

say ""
say "## Backends"
say ""
say '```'
cat "$out/backends.txt" | tee -a "$summary"
say '```'
say ""
say "## Checks against the scalar reference"
say ""
for precision in ${precisions//,/ }; do
  say "- $precision: $(tail -n 1 "$out/check-$precision.txt")"
done
say ""
say "## Training"
say ""
say '```'
grep -E '^(backend|step|done)' "$out/train.txt" | tail -n 5 | tee -a "$summary"
say '```'
say ""
say "## Comparison"
say ""
[[ -s $out/results.md ]] && tee -a "$summary" <"$out/results.md"
say "$SECONDS seconds in all; everything is in $out"
((failures == 0))
