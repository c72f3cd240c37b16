# Sourced by the scripts beside it: installs Debian packages.

# need_packages PACKAGE...: installs those that are missing, as root or with sudo; does nothing where all are there.
need_packages() {
  missing=''
  for package in "$@"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
  done
  if [ -z "$missing" ]; then
    echo "== All $# packages that are needed are installed."
    return 0
  fi
  echo "== Installing:$missing"
  as_root=''
  if [ "$(id -u)" != 0 ]; then as_root='sudo'; fi
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  # shellcheck disable=SC2086  # a list of words
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends $missing </dev/null >/dev/null
}

# What larder itself is built with.
build_packages='g++ cmake ninja-build pkg-config zlib1g-dev libisal-dev libdeflate-dev libbz2-dev libdivsufsort-dev liblzma-dev liblz4-dev libzstd-dev libxxhash-dev libcurl4-openssl-dev libhdf5-dev libprotozero-dev libpugixml-dev libcli11-dev nlohmann-json3-dev libjs-chart.js'

# The benchmarks, and what they are compared with; the tests use these programs as well.
bench_packages='libbenchmark-dev time python3-numpy python3-joblib python3-lz4 python3-blosc python3-boto3 s3cmd rclone gzip pigz isal bzip2 lbzip2 pbzip2 xz-utils zstd lz4'
