#!/bin/sh
# Trains the same style network with instance and with batch norm, from batches of 1, 4 and 16
# photographs, and prints what the pictures lose: the same number of photographs seen by each, hence
# the same time. What is done already is not done again, and what was interrupted goes on.
#
#   DATA     a folder of photographs            required
#   STYLE    a painting                         required
#   PHOTOS   that each network sees             default: 2400
#   SIZE     pixels of their sides              default: 128
#   NGF      channels of the first layer        default: 16
#   NORMS    to compare                         default: instance batch
#   BATCHES  to compare                         default: 1 4 16
#   RUNS     the folder of the runs             default: runs/style
#   GRIDS    of samples that a run leaves       default: 4
#
# "run.sh table" prints the table of what is done; "run.sh pictures OUT.jpg" puts the last pictures of
# all runs side by side.

set -eu

here=$(CDPATH='' cd -- "$(dirname "$0")" && pwd -P)
lanewise=$here/../../lanewise
: "${PHOTOS:=2400}" "${SIZE:=128}" "${NGF:=16}" "${NORMS:=instance batch}" "${BATCHES:=1 4 16}"
: "${RUNS:=runs/style}" "${GRIDS:=4}"

one() {
  run=$RUNS/$1-batch$2
  steps=$((PHOTOS / $2))
  if [ -f "$run/options.json" ]; then
    "$lanewise" train --resume "$run" --steps "$steps" >>"$run.log" 2>&1
  else
    mkdir -p "$RUNS"
    "$lanewise" train --model style --data "${DATA:?}" --style "${STYLE:?}" --norm "$1" \
      --batch-size "$2" --image-size "$SIZE" --ngf "$NGF" --steps "$steps" \
      --sample-every $((steps / GRIDS)) --checkpoint-every $((steps / GRIDS)) --out "$run" \
      >"$run.log" 2>&1
  fi
}

# A row for each grid of samples: what its pictures lost.
table() {
  printf '| norm | batch | photographs seen | content | style | seconds |\n|---|---|---|---|---|---|\n'
  for norm in $NORMS; do
    for batch in $BATCHES; do
      metrics=$RUNS/$norm-batch$batch/metrics.jsonl
      if [ -f "$metrics" ]; then
        awk -v norm="$norm" -v batch="$batch" '
          function field(name) {
            if (!match($0, "\"" name "\":[^,}]*")) return ""
            return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
          }
          { ms += field("ms") }
          /"sample_content"/ {
            printf "| %s | %d | %d | %.3f | %.3f | %.0f |\n", norm, batch, batch * field("step"),
              field("sample_content"), field("sample_style"), ms / 1000
          }' "$metrics"
      fi
    done
  done
}

pictures() {
  grids=
  for norm in $NORMS; do
    for batch in $BATCHES; do
      grid=$(find "$RUNS/$norm-batch$batch/samples" -name '*.png' | sort | tail -n 1)
      grids="$grids $grid"
    done
  done
  # shellcheck disable=SC2086 # a word for each grid
  java "$here/SideBySide.java" "$1" "$SIZE" $grids
}

case ${1:-all} in
  all)
    for norm in $NORMS; do
      for batch in $BATCHES; do
        one "$norm" "$batch"
      done
    done
    table
    ;;
  table) table ;;
  pictures) pictures "${2:?a file to write}" ;;
  *)
    echo "usage: run.sh [table | pictures OUT.jpg]; see the head of this script" >&2
    exit 2
    ;;
esac
