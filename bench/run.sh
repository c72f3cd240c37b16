#!/bin/sh
# Builds the benchmarks (build/bench, Release), runs larder beside its peers and writes bench/RESULTS.md. Safe to run again.
#
#   sh bench/run.sh [--quick | --standard | --full] [more arguments of bench/peers]
#
# Installs Debian's packages of the peers where they are missing; without root, peers that are missing are named so in the tables.
set -eu
cd "$(dirname "$0")/.."
. tools/packages.sh

# shellcheck disable=SC2086  # a list of words
need_packages $build_packages $bench_packages || echo "== Some packages are missing: the results will name them."
cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DLARDER_BUILD_BENCH=ON >build/bench-configure.txt
cmake --build build/bench
exec /usr/bin/python3 -B bench/peers build/bench "$@"
