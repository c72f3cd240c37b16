#!/bin/sh
# Installs what the tests need (Debian packages only), builds larder and runs the tests. Safe to run again.
#
#   sh tools/test.sh [PART...]        all parts, or these:
#     format     clang-format leaves every source as it is
#     release    gcc, optimized: the whole suite, with the huge tests and the contracts (installation, README, levels...)
#     asan       clang with AddressSanitizer and UndefinedBehaviorSanitizer: the suite without the huge tests and the contracts
#     fuzz       the fuzzers of the asan build: each its corpus, then FUZZ_SECONDS (30) of new inputs
#     tsan       clang with ThreadSanitizer: the tests of what starts threads
#
# The last lines are ctest's, of the release part where that ran. The exit status is 0 only where everything passed. In continuous
# integration (CI=true) a skipped test counts as failed unless tests/expected-skips.txt has a line "name: reason".
set -eu
cd "$(dirname "$0")/.."
. tools/packages.sh

# Real arrays and texts for the tests that want them, where they lie beside the project.
if [ -z "${LARDER_DATA:-}" ] && [ -d ../shared/data ]; then LARDER_DATA=$(cd ../shared/data && pwd); fi
export LARDER_DATA

jobs=2
logs=build/logs
parts=${*:-format release asan fuzz tsan}
for part in $parts; do
  case $part in
    format | release | asan | fuzz | tsan) ;;
    *) echo "tools/test.sh: no part '$part'; there are: format release asan fuzz tsan" >&2; exit 2 ;;
  esac
done

say() { printf '\n== %s\n' "$*"; }

# build PRESET COMPILER
build() {
  say "$1: building with $2 (log: $logs/$1-build.txt)"
  { CXX=$2 cmake --preset "$1" && cmake --build --preset "$1" --parallel "$jobs"; } >"$logs/$1-build.txt" 2>&1 && return 0
  tail -n 100 "$logs/$1-build.txt"
  return 1
}

# run_ctest PRESET
run_ctest() {
  say "$1: testing"
  status=$logs/$1-status.txt
  echo failed >"$status"
  { $steady_addresses ctest --preset "$1" --parallel "$jobs" --timeout 600 --output-on-failure --no-tests=error &&
    echo passed >"$status"; } 2>&1 | tee "$logs/$1-ctest.txt"
  report_skips "$logs/$1-ctest.txt" && grep -qx passed "$status"
}

# report_skips LOG: lists what ctest did not run; fails in CI where that was not expected.
report_skips() {
  skips_are_fine=0
  for name in $(sed -n '/^The following tests did not run:/,/^$/s/^[[:space:]]*[0-9]* - \([^ ]*\) .*/\1/p' "$1"); do
    reason=$(sed -n "s/^$name: //p" tests/expected-skips.txt)
    say "skipped: $name: ${reason:-not expected; its output says why}"
    if [ -z "$reason" ] && [ "${CI:-}" = true ]; then skips_are_fine=1; fi
  done
  return $skips_are_fine
}

format() {
  say "format: checking with $(clang-format --version)"
  find include base io codecs arrays document store formats persist capi tools python bench examples tests \( -name '*.h' -o -name '*.c' -o -name '*.cpp' \) -print0 |
    xargs -0 clang-format --dry-run -Werror
}

release() { build release g++ && run_ctest release; }
asan() { build asan clang++ && run_ctest asan; }
tsan() { build tsan clang++ && run_ctest tsan; }

fuzz() {
  build asan clang++ || return 1
  programs=$(find build/asan/tests/fuzz -type f -name 'fuzz_*' -perm -u+x | sort)
  if [ -z "$programs" ]; then
    say 'fuzz: there are no fuzzers in build/asan/tests/fuzz'
    return 1
  fi
  say "fuzz: $(echo "$programs" | wc -l) targets, ${FUZZ_SECONDS:-30} seconds each"
  echo "$programs" | $steady_addresses xargs -n 1 -P "$jobs" sh tools/fuzz.sh
}

# shellcheck disable=SC2086  # a list of words
need_packages $build_packages clang libclang-rt-14-dev llvm clang-format catch2 ccache libbrotli-dev libblosc-dev libsqlite3-dev $bench_packages \
  python3 python3-venv python3-numpy python3-joblib python3-sklearn python3-pandas python3-scipy python3-lz4 python3-zstandard python3-h5py python3-torch python3-gensim python3-onnx \
  xxhash \
  pybind11-dev python3-dev python3-pytest \
  man-db groff-base bash-completion time strace procps xfsprogs chromium \
  openssl openjdk-17-jre-headless maven

mkdir -p "$logs"
rm -f "$logs"/*
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1
# Also on a bare machine: a contract builds all of larder again, without some libraries. With precompiled headers, and without reading
# sources that are new to it twice.
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_DEPEND=1
fi
# clang 14's sanitizers cannot place their shadow memory where the kernel scatters mappings over more than 28 bits.
steady_addresses=''
if [ "$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)" -gt 28 ] && setarch "$(uname -m)" -R true 2>/dev/null; then
  steady_addresses="setarch $(uname -m) -R"
fi

# Servers that speak S3, for tests/s3_servers: got while the release part is being built; its tests wait for them.
case " $parts " in
  *" release "*) /usr/bin/python3 -B tests/s3_servers/run.py --get s3proxy versitygw >"$logs/s3-servers.txt" 2>&1 & ;;
esac

failed=''
for part in $parts; do
  start=$(date +%s)
  if "$part"; then result=passed; else result=FAILED failed="$failed $part"; fi
  say "$part: $result after $(($(date +%s) - start)) s"
done

if [ -n "$failed" ]; then say "FAILED:$failed"; else say "passed: $parts"; fi
for preset in release asan tsan; do
  if [ -s "$logs/$preset-ctest.txt" ]; then
    sed -n '/% tests passed/,$p' "$logs/$preset-ctest.txt"
    break
  fi
done
[ -z "$failed" ]
