#!/bin/sh
# Kills writers of a store, many times, and looks after every 25 kills whether what was promised holds: no acknowledged value lost,
# none torn, nothing of the dead left behind.
#
#   sh tools/store_kills.sh [KILLS [SEED]]      a million kills and the time as seed, if left out
#
# The seed is printed with the result, and with whatever does not hold; continuous integration makes 5,000 kills of one seed. Builds
# larder's test program (preset release) first. A million kills take about two hours. Every tenth part runs with other settings: plain,
# mapped reads, a store with limits that evicts, 16 writers.
set -eu
cd "$(dirname "$0")/.."

kills=${1:-1000000}
seed=${2:-$(date +%s)}
if ! cmake --preset release >/dev/null || ! cmake --build --preset release --target kill_loop >/dev/null; then
  echo 'tools/store_kills.sh: larder could not be built; sh tools/test.sh release shows why' >&2
  exit 1
fi
part=$(((kills + 9) / 10))
for number in 0 1 2 3 4 5 6 7 8 9; do
  case $number in
    0 | 1 | 2 | 3 | 4) settings='' ;;
    5 | 6) settings='--mapped' ;;
    7 | 8) settings='--limited' ;;
    9) settings='--mapped --writers 16' ;;
  esac
  # shellcheck disable=SC2086  # a list of words
  build/release/tests/store/faults/kill_loop "$part" $((seed + number)) $settings
done
