// The names under which the index of a checkpoint lists the slices of a tensor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::internal {

// A part of one axis; no size: all of it.
struct SliceExtent {
  std::uint64_t start = 0;
  std::optional<std::uint64_t> size{};
};

// Sorted before all names of tensors, which do not begin with a NUL.
inline bool is_slice_key(std::string_view key) noexcept { return key.starts_with('\0'); }

std::string slice_key(std::string_view tensor, const std::vector<SliceExtent>& slice);

}  // namespace larder::internal
