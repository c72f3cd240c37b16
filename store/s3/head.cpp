#include <charconv>

#include "base/base64.h"
#include "base/byte_order.h"
#include "base/text.h"
#include "store/s3/bucket.h"
#include "store/s3/content_range.h"
#include "store/s3/metadata_text.h"
#include "store/s3/utc_time.h"

namespace larder::internal::s3 {

namespace {

constexpr std::string_view metadata_prefix = "x-amz-meta-";

std::optional<std::uint64_t> parse_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(wanted.size());
  return true;
}

std::uint64_t size_in(const Response& response) {
  if (const auto range = parse_content_range(response.header("content-range"))) return range->total;
  std::string_view text = response.header("content-length");
  const auto size = parse_number(text);
  if (size && text.empty()) return *size;
  fail(ErrorKind::malformed, "the server's answer does not tell the object's size");
}

// Of the whole object: those of uploads in parts may be made of the parts' checksums instead, and then end in "-N".
std::optional<std::uint32_t> crc32_in(const Response& response) {
  const std::string_view type = response.header("x-amz-checksum-type");
  if (!type.empty() && type != "FULL_OBJECT") return std::nullopt;
  const auto bytes = decode_base64(response.header("x-amz-checksum-crc32"));
  if (!bytes || bytes->size() != 4) return std::nullopt;
  return load_be<std::uint32_t>(as_bytes(*bytes).data());
}

StoreTime modified_in(const Response& response) {
  const std::string_view text = response.header("last-modified");
  if (text.empty()) return {};
  if (const auto time = parse_http_date(text)) return *time;
  fail(ErrorKind::malformed, "the server's answer has a last-modified that is no time: ", internal::quoted(text));
}

}  // namespace

std::optional<ContentRange> parse_content_range(std::string_view text) {
  if (!take(text, "bytes ")) return std::nullopt;
  const auto first = parse_number(text);
  if (!first || !take(text, "-")) return std::nullopt;
  const auto last = parse_number(text);
  if (!last || !take(text, "/")) return std::nullopt;
  const auto total = parse_number(text);
  if (!total || !text.empty() || *first > *last || *last >= *total) return std::nullopt;
  return ContentRange{*first, *last, *total};
}

Head parse_head(const Response& response) {
  Head head;
  head.size = size_in(response);
  head.etag = unquoted_etag(response.header("etag"));
  if (head.etag.empty()) fail(ErrorKind::malformed, "the server's answer has no etag");
  head.modified = modified_in(response);
  head.crc32 = crc32_in(response);
  head.type = response.header("content-type");
  for (const auto& [name, value] : response.headers) {
    if (name.starts_with(metadata_prefix)) head.metadata[name.substr(metadata_prefix.size())] = text_of_header(value);
  }
  return head;
}

}  // namespace larder::internal::s3
