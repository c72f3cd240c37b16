// A folder for the files of one benchmark, gone with its owner.
#pragma once

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace larder::bench {

// In the folder LARDER_BENCH_DIR, or else in the current one: /tmp may be no disk.
class Scratch {
 public:
  Scratch() {
    const char* const parent = std::getenv("LARDER_BENCH_DIR");
    std::string pattern = std::filesystem::absolute(parent == nullptr ? "." : parent) / "larder-bench-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;  // a left-over folder is no failure of a measurement
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace larder::bench
