// larder's mark on an object: which put made it, and the checksum of its bytes. One header, x-amz-meta-larder:
//
//   "1 <32 hex: session>-<hex: number> [x=<16 hex: XXH3>] [c=<seconds>]"
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

inline constexpr std::string_view mark_name = "larder";

struct Mark {
  std::string put;  // "<32 hex>-<hex>", of no other put
  std::optional<std::uint64_t> xxh3{};
  std::optional<double> cost{};
};
// A new one; of this process (another one after a fork). Thread-safe.
Mark new_mark();
std::string format(const Mark& mark);
// Nothing where it is none, or of a later version: then the object is another tool's.
std::optional<Mark> parse_mark(std::string_view text);

// What Store says of an object: etag "<ETag>@<put>", metadata without the mark.
Stat stat_of(const Head& head);
// The two halves of Stat::etag; the second is empty for values of other tools.
struct SplitEtag {
  std::string etag;
  std::string put;
};
SplitEtag split(std::string_view etag);

}  // namespace larder::internal::s3
