// What one dump or load needs at most, in a process of its own.
//
//   larder_peak_memory dump|load CODEC MIB FILE     CODEC as in the compress argument: none, zlib, xz:0...
//   larder_peak_memory load FILE                    any object
//
// Prints the process's peak of resident memory, in MiB, beyond the array of MIB MiB where there is one.
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include <larder/dump.h>
#include <larder/load.h>

namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

// Runs of equal numbers: every page is touched, and no codec takes long.
larder::Array make_array(std::uint64_t size) {
  larder::Array array = larder::Array::allocate(larder::DType::of<std::int64_t>(), {size / sizeof(std::int64_t)});
  std::int64_t next = 0;
  for (std::int64_t& value : array.mutable_data<std::int64_t>()) value = next++ / 500;
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

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc < 2 ? "" : argv[1];
  const bool of_array = argc == 5 && (what == "dump" || what == "load");
  if (!of_array && (argc != 3 || what != "load")) {
    std::cerr << "usage: larder_peak_memory dump|load CODEC MIB FILE, or larder_peak_memory load FILE\n";
    return 2;
  }
  const std::string file = argv[argc - 1];
  const std::uint64_t size = of_array ? std::stoull(argv[3]) * mebibyte : 0;
  if (what == "dump") {
    larder::dump(make_array(size), file,
                 {.compress = larder::Compress::parse(argv[2]), .file = {.sync = larder::Sync::none}});
  } else {
    const larder::Document document = larder::load(file);
    if (of_array && document.root().as_array().nbytes() != size) throw std::runtime_error("another array is there");
  }
  std::cout << static_cast<double>(peak_of_this_process() - size) / static_cast<double>(mebibyte) << '\n';
}
