// The table of URL schemes: the one place that knows all kinds of stores.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <larder/store.h>

namespace larder::internal {

// One row. A new kind of store is a row in schemes.cpp, and a declaration here of the function that opens it.
struct Scheme {
  std::string_view name;      // "file"
  std::string_view settings;  // the names of those that it knows, a blank between two: "sync checksums bytes"
  // rest: the URL behind "scheme:", percent-escapes decoded, without '?' and what follows; of "file" without "//". All
  // settings are known ones.
  std::unique_ptr<Store> (*open)(const std::string& rest, const StoreSettings& settings);
};

std::span<const Scheme> schemes();

struct StoreUrl {
  std::string scheme;
  std::string rest;
  StoreSettings settings;
};
// A text without a scheme is a path of "file". Errors `usage` (a bad escape, a host in a file URL, a setting given
// twice).
StoreUrl parse_store_url(std::string_view url, const StoreSettings& settings);

// The settings of "file", as LocalOptions has them, by the same names; limits as "bytes", "items", "age" (parse_size,
// parse_age; "none"; one that is named sets all), policy as "least-recent" or "cheapest". Error `usage` for values that
// are none.
std::unique_ptr<Store> open_file_store(const std::string& rest, const StoreSettings& settings);
// The settings of "s3", as S3Options has them, by the same names; "cache" and "cache_bytes": a cached_store in front.
std::unique_ptr<Store> open_s3_store(const std::string& rest, const StoreSettings& settings);
std::unique_ptr<Store> open_memory_store(const std::string& rest, const StoreSettings& settings);

}  // namespace larder::internal
