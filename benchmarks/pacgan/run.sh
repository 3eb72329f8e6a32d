#!/bin/sh
# Trains and evaluates GAN and PacGAN2 on the ring and the grid, and prints the table of the means
# with their standard errors. What is done already is not done again, and what was interrupted goes
# on where it stood.
#
#   STEPS  of each training; the paper's are 400000 (400 epochs)      default: 400000
#   SEEDS  of the trainings of each cell                              default: 0 1 2 3 4 5 6 7 8 9
#   JOBS   trainings at a time, each on one processor                 default: all processors
#   RUNS   the folder of the runs                                     default: runs/pacgan
#
# "run.sh table" prints the table of what is done.

set -eu

here=$(CDPATH='' cd -- "$(dirname "$0")" && pwd -P)
lanewise=$here/../../lanewise
: "${STEPS:=400000}" "${SEEDS:=0 1 2 3 4 5 6 7 8 9}" "${RUNS:=runs/pacgan}"
: "${JOBS:=$(getconf _NPROCESSORS_ONLN)}"
export STEPS SEEDS RUNS JOBS

# One cell: data, samples in a pack, seed. A batch has 100 packs, as the published code has it.
one() {
  run=$RUNS/$1-pack$2-seed$3
  scores=$run/scores-$STEPS.json
  if [ -f "$scores" ]; then
    return
  fi
  if [ -f "$run/options.json" ]; then
    "$lanewise" train --resume "$run" --steps "$STEPS" --threads 1 >>"$run.log" 2>&1
  else
    mkdir -p "$RUNS"
    "$lanewise" train --preset pacgan --data "$1" --pack "$2" --batch-size $((100 * $2)) \
      --seed "$3" --steps "$STEPS" --threads 1 --out "$run" \
      --sample-every $((STEPS / 20 + 1)) --checkpoint-every 5000 >"$run.log" 2>&1
  fi
  "$lanewise" evaluate --model "$run" --samples 2500 --backend simd --threads 1 --json \
    >"$scores.new"
  mv "$scores.new" "$scores"
  echo "$run: $(score modes "$scores") modes"
}

# A figure of the generator; those of real data stand behind it. JSON has no infinity, but null.
score() {
  sed -n 's/,"held_out".*//; s/.*"'"$1"'":\([^,}]*\).*/\1/p' "$2" | sed 's/null/infinite/'
}

# Mean and standard error of a figure over the seeds of a cell, times a factor.
mean() {
  for file in "$RUNS/$1-pack$2-seed"*/scores-"$STEPS".json; do
    if [ -f "$file" ]; then
      score "$3" "$file"
    fi
  done | awk -v format="$4" -v factor="$5" '
    $1 == "infinite" { infinite = 1 }
    { n++; sum += $1; squares += $1 * $1 }
    END {
      if (n < 1 || infinite) { printf infinite ? "infinite" : "-"; exit }
      mean = sum / n
      error = n > 1 ? sqrt((squares - n * mean * mean) / (n - 1) / n) : 0
      printf format " ± " format, factor * mean, factor * error
    }'
}

row() {
  count=$(find "$RUNS" -path "*/$2-pack$3-seed*/scores-$STEPS.json" | wc -l)
  printf '| %s | %d | %s | %s %% | %s |\n' "$1" "$count" "$(mean "$2" "$3" modes %.1f 1)" \
    "$(mean "$2" "$3" high_quality %.1f 100)" "$(mean "$2" "$3" reverse_kl %.2f 1)"
}

table() {
  printf '| after %d steps | seeds | modes | high quality | reverse KL |\n' "$STEPS"
  printf '|---|---|---|---|---|\n'
  row "GAN, ring" ring-8 1
  row "PacGAN2, ring" ring-8 2
  row "GAN, grid" grid-25 1
  row "PacGAN2, grid" grid-25 2
}

case ${1:-all} in
  all)
    # Builds the jar, if need be, before several ask for it at once.
    "$lanewise" --version >/dev/null
    for seed in $SEEDS; do
      for data in ring-8 grid-25; do
        printf '%s %s %s\n' "$data" 1 "$seed" "$data" 2 "$seed"
      done
    done | xargs -n 3 -P "$JOBS" "$0" one
    table
    ;;
  one) one "$2" "$3" "$4" ;;
  table) table ;;
  *)
    echo "usage: run.sh [table]; see the head of this script" >&2
    exit 2
    ;;
esac
