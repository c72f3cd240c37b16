#!/bin/sh
# From a bare Debian 12 to larder at work, in a few minutes: installs the C++ libraries that are missing, builds, saves a real array and a
# real scikit-learn model in every codec, maps them back, and looks into the model. Safe to run again.
set -eu
cd "$(dirname "$0")/.."
. tools/packages.sh

say() { printf '\n== %s\n' "$*"; }

build=build/quickstart
work=$build/work
data=examples/data

# shellcheck disable=SC2086  # a list of words
need_packages $build_packages

say "Building larder in $build (log: $build/log.txt)"
mkdir -p "$work"
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
if ! { cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DLARDER_BUILD_EXAMPLES=ON && cmake --build "$build"; } >"$build/log.txt" 2>&1; then
  tail -n 50 "$build/log.txt"
  exit 1
fi

say 'Saving a real array and a real scikit-learn model in every codec, and loading them again (examples/codec_table.cpp)'
"$build/examples/example_codec_table" "$work" "$data/cells.npy" "$data/forest.joblib"

say "What is in the model: larder ls $data/forest.joblib"
"$build/tools/larder" ls "$data/forest.joblib" >"$work/ls.txt"
head -n 30 "$work/ls.txt"
if [ "$(wc -l <"$work/ls.txt")" -gt 30 ]; then echo "   ... $(wc -l <"$work/ls.txt") lines in all"; fi

say 'Does Python agree? joblib loads what larder wrote:'
if /usr/bin/python3 -c 'import joblib, sklearn' 2>/dev/null; then
  /usr/bin/python3 examples/compare.py "$work" "$data"
else
  echo 'skipped: python3-joblib and python3-sklearn are not installed (sh tools/test.sh installs them)'
fi

say "Done. The command is $build/tools/larder; try: $build/tools/larder --help"
