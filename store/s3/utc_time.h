// Points in time as S3 writes them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace larder::internal::s3 {

using UtcTime = std::chrono::sys_time<std::chrono::seconds>;
using UtcNanoseconds = std::chrono::sys_time<std::chrono::nanoseconds>;

// "20150830T123600Z": of signatures. Years 1970 to 9999.
std::string amz_date(UtcTime time);

// "2015-08-30T12:36:00Z", "2015-08-30T12:36:00.123Z" (RFC 3339, in UTC): of XML and JSON. Nothing for what is none.
std::optional<UtcNanoseconds> parse_iso_time(std::string_view text);

// "Sun, 30 Aug 2015 12:36:00 GMT" (RFC 9110, 5.6.7): of headers. Nothing for what is none.
std::optional<UtcTime> parse_http_date(std::string_view text);

}  // namespace larder::internal::s3
