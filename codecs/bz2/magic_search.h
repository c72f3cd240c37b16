// The magics of a bzip2 stream, at any bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <larder/bytes.h>

namespace larder::internal::bz2 {

// The 48 bits that start at bit `at` of `bytes`, which has them.
std::uint64_t magic_at(Bytes bytes, std::size_t at) noexcept;

bool is_magic(std::uint64_t bits) noexcept;

// Where the first magic, of a block or of the end, starts that begins in byte `from` or behind and ends in `bytes`.
std::optional<std::size_t> find_magic(Bytes bytes, std::size_t from) noexcept;

}  // namespace larder::internal::bz2
