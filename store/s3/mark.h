// larder's mark on an object: which put made it, and the checksum of its bytes. One header, x-amz-meta-larder:
//
//   "1 <32 hex> [x=<16 hex: XXH3>] [c=<decimal: seconds>]"
//
// Two puts of equal bytes have the same ETag and different marks. By it a put whose answer was lost is found again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <larder/store.h>

#include "store/s3/bucket.h"

namespace larder::internal::s3 {

// The name of the mark in an object's metadata; callers cannot use it.
inline constexpr std::string_view mark_name = "larder";

struct Mark {
  std::string put;  // 32 random hexadecimal digits: those of no other put
  std::optional<std::uint64_t> xxh3{};
  std::optional<double> cost{};
};
// A new one. Thread-safe. Error `io`: the system has no random bits.
Mark new_mark();
std::string format(const Mark& mark);
// Nothing where it is none, or of a later version: then the object is another tool's.
std::optional<Mark> parse_mark(std::string_view text);
std::optional<Mark> mark_of(const Head& head);

// `metadata` with the mark among it. Error `usage` where it has the mark's name already.
UserMetadata marked(UserMetadata metadata, const Mark& mark);

// What Store says of an object: etag "<ETag>@<put>", metadata without the mark.
Stat stat_of(const Head& head);
std::string store_etag(std::string_view etag, const Mark& mark);
// The server's half of Stat::etag.
std::string_view server_etag(std::string_view etag);

}  // namespace larder::internal::s3
