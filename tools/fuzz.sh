#!/bin/sh
# Runs one fuzzer: first its seed corpus (tests/fuzz/corpus/NAME), then new inputs for FUZZ_SECONDS (30), kept in build/fuzz/NAME.
# FUZZ_SEED (1) starts the random choices, so that a run can be repeated; 0 takes another seed each time, for a hunt.
#
#   sh tools/fuzz.sh build/asan/tests/fuzz/fuzz_NAME
set -eu
cd "$(dirname "$0")/.."

program=$1
name=$(basename "$program" | sed 's/^fuzz_//')
corpus=tests/fuzz/corpus/$name
scratch=build/fuzz/$name
seconds=${FUZZ_SECONDS:-30}

seeds=$(find "$corpus" -type f 2>/dev/null | wc -l)
if [ "$seeds" = 0 ]; then
  echo "fuzz_$name: FAILED: no seeds in $corpus"
  exit 1
fi

rm -rf "$scratch"
mkdir -p "$scratch/corpus" "$scratch/found"
words=tests/fuzz/$name.dict
[ -e "$words" ] || words=''
# run ARGUMENT...
run() {
  "$program" -timeout=5 -malloc_limit_mb=64 -rss_limit_mb=512 -seed="${FUZZ_SEED:-1}" ${words:+"-dict=$words"} -artifact_prefix="$scratch/found/" "$@" >>"$scratch/log.txt" 2>&1
}
if run -runs=0 "$corpus" && run -max_total_time="$seconds" "$scratch/corpus" "$corpus"; then
  echo "fuzz_$name: $seeds seeds, then $(sed -n 's/^Done \([0-9]* runs in [0-9]* second\).*/\1s/p' "$scratch/log.txt" | tail -n 1): nothing found"
else
  tail -n 60 "$scratch/log.txt"
  echo "fuzz_$name: FAILED: the input is in $scratch/found"
  exit 1
fi
