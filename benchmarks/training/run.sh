#!/bin/sh
# Trains the same DCGAN with Lanewise and with PyTorch, each from several seeds, and measures what they
# have learned on the same features. What is done already is not done again, and a training of
# Lanewise that was interrupted goes on.
#
#   STEPS   of each training                        default: 4000
#   SEEDS                                           default: 0 1 2
#   RUNS    the folder of the runs                  default: runs/training
#   PYTHON  with PyTorch                            default: python3

set -eu

here=$(CDPATH='' cd -- "$(dirname "$0")" && pwd -P)
lanewise=$here/../../lanewise
: "${STEPS:=4000}" "${SEEDS:=0 1 2}" "${RUNS:=runs/training}" "${PYTHON:=python3}"
mkdir -p "$RUNS"

for seed in $SEEDS; do
  name=$STEPS-seed$seed
  if [ ! -f "$RUNS/lanewise-$name.json" ]; then
    run=$RUNS/lanewise-$name
    if [ -f "$run/options.json" ]; then
      "$lanewise" train --resume "$run"
    else
      "$lanewise" train --steps "$STEPS" --seed "$seed" --out "$run" --sample-every "$STEPS"
    fi
    "$lanewise" evaluate --model "$run" --json >"$RUNS/lanewise-$name.new"
    mv "$RUNS/lanewise-$name.new" "$RUNS/lanewise-$name.json"
  fi
  if [ ! -f "$RUNS/pytorch-$name.json" ]; then
    images=$RUNS/pytorch-$name-images-idx3-ubyte
    "$PYTHON" "$here/dcgan.py" --steps "$STEPS" --seed "$seed" --out "$images"
    "$lanewise" evaluate --images "$images" --data fashion-mnist --json >"$RUNS/pytorch-$name.new"
    mv "$RUNS/pytorch-$name.new" "$RUNS/pytorch-$name.json"
  fi
done

# A figure of the generator; those of real images stand behind it.
figure() {
  sed -n 's/,"held_out".*//; s/.*"'"$1"'":\([^,}]*\).*/\1/p' "$2"
}

echo "| seed | by | Frechet distance | precision | recall | diversity |"
echo "|---|---|---|---|---|---|"
for seed in $SEEDS; do
  for by in lanewise pytorch; do
    file=$RUNS/$by-$STEPS-seed$seed.json
    printf '| %s | %s | %.2f | %.3f | %.3f | %.3f |\n' "$seed" "$by" \
      "$(figure frechet_lanewise "$file")" "$(figure precision "$file")" \
      "$(figure recall "$file")" "$(figure diversity "$file")"
  done
done
