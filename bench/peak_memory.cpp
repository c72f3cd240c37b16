// What one piece of work needs at most, in a process of its own.
//
//   larder_peak_memory dump|load CODEC MIB FILE             CODEC as in the compress argument: none, zlib, xz:0...
//   larder_peak_memory compress|decompress CODEC MIB FILE   the bare library instead of larder
//   larder_peak_memory load FILE                            any object
//
// Prints the process's peak of resident memory, in MiB, beyond the array of MIB MiB where there is one.
#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <span>
#include <stdexcept>
#include <string>

#include <larder/dump.h>
#include <larder/load.h>

#include "bare_codecs.h"

namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

// Some blocks of small numbers without order, which leave much to hold when compressed, and then runs of equal numbers:
// every page is touched, and no codec takes long.
larder::Array make_array(std::uint64_t size) {
  const std::uint64_t without_order = std::min(size / 8, 16 * mebibyte) / sizeof(std::int64_t);
  larder::Array array = larder::Array::allocate(larder::DType::of<std::int64_t>(), {size / sizeof(std::int64_t)});
  const std::span<std::int64_t> values = array.mutable_data<std::int64_t>();
  std::mt19937_64 random(7);
  for (std::size_t at = 0; at < values.size(); ++at)
    values[at] = static_cast<std::int64_t>(at < without_order ? random() >> 48 : at / 500);
  return array;
}

// The kernel's VmHWM.
std::uint64_t peak_of_this_process() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(std::strlen("VmHWM:"))) * 1024;
  }
  throw std::runtime_error("/proc/self/status has no VmHWM");
}

void dump(const larder::Compress& compress, std::uint64_t size, const std::string& file) {
  larder::dump(make_array(size), file, {.compress = compress, .file = {.sync = larder::Sync::none}});
}

void load(const larder::Compress&, std::uint64_t size, const std::string& file) {
  const larder::Document document = larder::load(file);
  if (document.root().as_array().nbytes() != size) throw std::runtime_error("another array is there");
}

const larder::bench::BareCodec& bare(const std::string& name) {
  return *std::ranges::find(larder::bench::bare_codecs(), name, &larder::bench::BareCodec::name);
}

void compress(const larder::Compress& compress, std::uint64_t size, const std::string& file) {
  const larder::Array array = make_array(size);
  std::ofstream out(file, std::ios::binary);
  bare(compress.codec().value()).compress(array.bytes(), compress.level().value(), [&](larder::Bytes bytes) {
    out.write(larder::as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
  });
}

void decompress(const larder::Compress& compress, std::uint64_t size, const std::string& file) {
  const larder::Region in = larder::map_file(file, larder::MapMode::read);
  const larder::Region out = larder::Region::allocate(size);
  bare(compress.codec().value()).decompress(in.bytes(), out.mutable_bytes());
}

void print_peak_beyond(std::uint64_t size) {
  std::cout << static_cast<double>(peak_of_this_process() - size) / static_cast<double>(mebibyte) << '\n';
}

using Work = std::function<void(const larder::Compress&, std::uint64_t, const std::string&)>;
const std::map<std::string, Work> works = {
    {"dump", dump}, {"load", load}, {"compress", compress}, {"decompress", decompress}};

}  // namespace

int main(int argc, char** argv) {
  const auto work = works.find(argc < 2 ? "" : argv[1]);
  if (argc == 3 && work != works.end() && work->first == "load") {
    const larder::Document document = larder::load(argv[2]);
    print_peak_beyond(0);
    return 0;
  }
  if (argc != 5 || work == works.end()) {
    std::cerr
        << "usage: larder_peak_memory dump|load|compress|decompress CODEC MIB FILE, or larder_peak_memory load FILE\n";
    return 2;
  }
  const std::uint64_t size = std::stoull(argv[3]) * mebibyte;
  work->second(larder::Compress::parse(argv[2]), size, argv[4]);
  print_peak_beyond(size);
}
