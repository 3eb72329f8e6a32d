#!/bin/sh
# Records the series that RecordedRunsTest replays: the figures of real trainings, with four digits.
# From the root of the project:
#
#   src/test/resources/lanewise/diagnosis/record.sh FOLDER
#
# leaves NAME.csv in FOLDER, beside the runs.

set -eu

out=$1
mkdir -p "$out"

# NAME STEPS OPTION...
record() {
  name=$1
  steps=$2
  shift 2
  ./lanewise train --backend simd --threads 1 --steps "$steps" \
    --out "$out/$name" "$@"
  jq --raw-output --slurp '
      def digits: if . == null then "" elif . == 0 then 0
        else (pow(10; 3 - (fabs | log10 | floor))) as $scale | . * $scale | round / $scale end;
      ["step", "d_real", "d_fake", "grad_norm_d", "grad_norm_g", "pixel_diversity"] as $names
      | $names, (.[] as $step | [$names[] as $name | $step[$name] | digits]) | join(",")' \
    "$out/$name/metrics.jsonl" >"$out/$name.csv"
}

# Ordinary.
record batch 600 --ngf 16 --ndf 16 --norm batch
record instance 600 --ngf 16 --ndf 16 --norm instance
record layer 600 --ngf 16 --ndf 16 --norm layer
record group 600 --ngf 16 --ndf 16 --norm group
record none 600 --ngf 16 --ndf 16 --norm none
record none-lr-1e-2 400 --ngf 16 --ndf 16 --norm none --lr 1e-2
record one-latent 400 --ngf 16 --ndf 16 --norm batch --latent 1
# A hundred times the usual rate does no harm where a norm makes the size of the weights irrelevant.
record batch-lr-2e-2 300 --ngf 16 --ndf 16 --norm batch --lr 2e-2
record instance-lr-2e-2 300 --ngf 16 --ndf 16 --norm instance --lr 2e-2
record least-squares 400 --preset lsgan --ngf 16 --ndf 16
record wgan-gp 220 --preset wgan-gp --ngf 16 --ndf 16
record r1 600 --preset r1 --ngf 16 --ndf 16
record ring-8 1200 --preset pacgan --data ring-8
# Pairs of pictures, one in a batch.
java -cp target/launcher/lanewise.jar benchmarks/pix2pix/EdgesToClothes.java "$out/pairs" 4000
pairs() {
  record "$@" --model pix2pix --data "$out/pairs" --crop-size 32 --input-nc 1 --output-nc 1 \
    --decay 0 --ngf 8 --ndf 8
}
pairs edges 400
pairs edges-lsgan 400 --gan-mode lsgan --norm instance
pairs edges-wgangp 300 --gan-mode wgangp --norm instance

# Failures.
record none-lr-2e-2 300 --ngf 16 --ndf 16 --norm none --lr 2e-2
record narrow-generator 300 --ngf 2 --ndf 64 --norm batch
record narrow-discriminator 300 --ngf 32 --ndf 1 --norm batch
record minimax 300 --ngf 16 --ndf 16 --loss minimax
