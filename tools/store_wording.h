// What is known of values and stores, in words and as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <larder/eviction.h>
#include <larder/store.h>

#include "tools/report.h"

namespace larder::tools {

// "2026-11-22 10:02:11", in the user's time zone.
std::string time_text(StoreTime time);
// "2026-11-22T09:02:11.123456789Z".
std::string utc_text(StoreTime time);
// 16 hexadecimal digits.
std::string checksum_text(std::uint64_t xxh3);

// The fields of a value's description: "key", "bytes", "modified", "accessed", "etag", "xxh3", "cost", "metadata"; null
// where something is not known.
Value describe_value(Report& report, std::string_view key, const Stat& stat);

// "10.0 GiB, 1000 items, 30 days; the least recently used goes first", or "none".
std::string limits_text(const StoreLimits& limits, EvictionPolicy policy);
// {"bytes": ..., "items": ..., "seconds": ..., "policy": "least-recent"}; null for a limit that is not set.
Value describe_limits(Report& report, const StoreLimits& limits, EvictionPolicy policy);

// Null for nothing.
Value describe_time(Report& report, const std::optional<StoreTime>& time);

}  // namespace larder::tools
