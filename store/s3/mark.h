// larder's mark on an object: which put made it, and the checksum of its bytes. Parameters of its Content-Type, which
// every server keeps, and which take nothing of the 2048 bytes and of the names that S3 has for the user's metadata:
//
//   "application/octet-stream; larder=1-<32 hex>[; xxh3=<16 hex>][; cost=<decimal: seconds>]"
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

struct Mark {
  std::string put;  // 32 random hexadecimal digits: those of no other put
  std::optional<std::uint64_t> xxh3{};
  std::optional<double> cost{};
};
// A new one. Thread-safe. Error `io`: the system has no random bits.
Mark new_mark();
// The Content-Type of an object with this mark; its other parameters are those of `type`.
std::string marked_type(const Mark& mark, std::string_view type = "application/octet-stream");
// Nothing where there is none, or of a later version: then the object is another tool's. The case of letters, blanks
// and quotes are as they please (RFC 9110, 8.3.1), for servers may write a type anew.
std::optional<Mark> mark_of(std::string_view type);

// What Store says of an object: etag "<ETag>@<put>".
Stat stat_of(const Head& head);
std::string store_etag(std::string_view etag, const Mark& mark);
// The server's half of Stat::etag.
std::string_view server_etag(std::string_view etag);

}  // namespace larder::internal::s3
