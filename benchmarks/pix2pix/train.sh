#!/bin/sh
# Trains pix2pix from outlines to clothes for some minutes (15 unless told), from nothing:
#
#   benchmarks/pix2pix/train.sh [OUT [MINUTES]]
#
# OUT/pairs gets the pairs of pictures, OUT/run the run; open OUT/run/report.html.
set -eu
cd "$(dirname "$0")/../.."
out=${1:-runs/edges-to-clothes}
minutes=${2:-15}
./lanewise --version
jdk=${LANEWISE_JAVA_HOME:-${JAVA_HOME:-}}
java=${jdk:+$jdk/bin/}java
"$java" -cp target/launcher/lanewise.jar benchmarks/pix2pix/EdgesToClothes.java "$out/pairs" 4000
# Interrupted as by Ctrl-C, so that it ends with a checkpoint and its samples. As it is not known how
# many steps there will be, the learning rate stays.
timeout --signal=INT "${minutes}m" ./lanewise train --model pix2pix --data "$out/pairs" \
  --crop-size 64 --input-nc 1 --output-nc 1 --ngf 32 --ndf 32 --epochs 1000 --decay 0 \
  --sample-every 200 --out "$out/run" || [ $? -eq 124 ]
