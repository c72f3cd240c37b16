// A file whose disk lies.
#pragma once

#include <filesystem>
#include <fstream>

namespace larder::testing {

// Flips one bit in the middle.
inline void damage_file(const std::filesystem::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) / 2);
  file.seekg(middle);
  const int byte = file.get();
  file.seekp(middle);
  file.put(static_cast<char>(byte ^ 1));
}

}  // namespace larder::testing
