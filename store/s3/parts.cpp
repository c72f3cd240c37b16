#include "store/s3/parts.h"

#include <algorithm>

namespace larder::internal::s3 {

namespace {

constexpr std::uint64_t growth = 128 << 10;         // 10,000 times, that is 6 TiB in all
constexpr std::size_t parts_for_told_size = 9'000;  // which leaves some for what nobody told

constexpr std::uint64_t divided_up(std::uint64_t number, std::uint64_t by) { return number / by + (number % by != 0); }

}  // namespace

PartSizes::PartSizes(std::uint64_t least, std::optional<std::uint64_t> size) : least_(std::min(least, most_part_size)) {
  if (!size) return;
  const std::uint64_t told = std::min(*size, most_object_size);
  equal_ = std::max(least_, divided_up(told, parts_for_told_size));
  equal_parts_ = static_cast<std::size_t>(divided_up(told, equal_));
}

std::uint64_t PartSizes::of(std::size_t number) const {
  if (number < equal_parts_) return equal_;
  return std::min(least_ + number * growth, most_part_size);
}

}  // namespace larder::internal::s3
