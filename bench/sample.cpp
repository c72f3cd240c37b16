#include "sample.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>

#include <larder/load.h>

namespace larder::bench {

namespace {

std::vector<std::byte> real_arrays(const Path& folder) {
  std::vector<Path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".npy") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<std::byte> all;
  for (const Path& file : files) {
    const Document document = load(file);
    const Bytes elements = document.root().as_array().bytes();
    all.insert(all.end(), elements.begin(), elements.end());
  }
  return all;
}

std::vector<std::byte> random_walk() {
  std::mt19937_64 random(7);
  std::normal_distribution<double> step;
  std::vector<double> walk(mebibyte);
  double at = 0;
  for (double& value : walk) value = std::round((at += step(random)) * 1000) / 1000;
  const auto bytes = std::as_bytes(std::span(walk));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> make_sample() {
  const char* const folder = std::getenv("LARDER_DATA");
  std::vector<std::byte> once;
  if (folder != nullptr && std::filesystem::is_directory(folder)) once = real_arrays(folder);
  if (once.empty()) {
    std::cerr << "LARDER_DATA names no folder with .npy files: a random walk is measured instead\n";
    once = random_walk();
  }
  std::vector<std::byte> all(static_cast<std::size_t>(setting("LARDER_BENCH_MIB", 32)) * mebibyte);
  for (std::size_t at = 0; at < all.size(); at += once.size())
    std::memcpy(all.data() + at, once.data(), std::min(once.size(), all.size() - at));
  return all;
}

}  // namespace

Bytes sample() {
  static const std::vector<std::byte> bytes = make_sample();
  return bytes;
}

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

}  // namespace larder::bench
