// How a value is cut into the parts of an upload, so that 10,000 of them hold 5 TiB, whatever is known beforehand.
//
// Limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace larder::internal::s3 {

inline constexpr std::size_t most_parts = 10'000;
inline constexpr std::uint64_t most_part_size = std::uint64_t{5} << 30;
inline constexpr std::uint64_t most_object_size = std::uint64_t{5} << 40;
inline constexpr std::uint64_t most_copied_at_once = std::uint64_t{5} << 30;

// A plain value.
class PartSizes {
 public:
  // least: S3Options::part_size. size: how many bytes will come, as far as somebody thinks so.
  PartSizes(std::uint64_t least, std::optional<std::uint64_t> size);

  // Of part `number`, from 0. Up to the size that was told all parts are equal, as some servers want them (R2); without
  // one, and behind it, each is 128 KiB larger than the one before.
  std::uint64_t of(std::size_t number) const;

 private:
  std::uint64_t least_;
  std::uint64_t equal_ = 0;      // the size of equal parts
  std::size_t equal_parts_ = 0;  // how many of them hold what was told
};

}  // namespace larder::internal::s3
