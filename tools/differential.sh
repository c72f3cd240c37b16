#!/bin/sh
# Compares larder with CPython on random pickles, valid and damaged: both must load an equal value, or both refuse.
#
#   sh tools/differential.sh [CASES [SEED]]      a million cases and the time as seed, if left out
#
# The seed is printed, so that a run can be repeated; continuous integration runs 10,000 cases of one seed. Builds larder's test
# program (preset release) first. A million cases take about ten minutes; what differs is listed at the end, shortest first.
set -eu
cd "$(dirname "$0")/.."

cases=${1:-1000000}
seed=${2:-$(date +%s)}
if ! cmake --preset release >/dev/null || ! cmake --build --preset release --target persist_probe >/dev/null; then
  echo 'tools/differential.sh: larder could not be built; sh tools/test.sh release shows why' >&2
  exit 1
fi
CASES=$cases SEED=$seed exec /usr/bin/python3 -B tests/persist/test_differential.py build/release/tests/persist/persist_probe
