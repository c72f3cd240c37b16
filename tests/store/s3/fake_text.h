// How S3 writes what stands in headers and XML. Written apart from store/s3/, so that both are not wrong together.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace larder::testing {

using UtcTime = std::chrono::system_clock::time_point;

// "Sun, 22 Nov 2026 18:00:00 GMT", "2026-11-22T18:00:00.000Z".
std::string http_date(UtcTime time);
std::string iso_date(UtcTime time);
std::string base64(std::string_view bytes);
// As x-amz-checksum-crc32 has it.
std::string base64_of_crc32(std::uint32_t crc32);
// For encoding-type=url: a blank is '+', a '/' stays.
std::string escape_listed(std::string_view text);
std::string escape_xml(std::string_view text);
// "<Key>text</Key>", the text escaped.
std::string element(std::string_view name, std::string_view text);
// What stands between <name> and </name> in `xml` from `position` on, which is moved behind it; empty where there is
// none, `position` being npos then.
std::string next_element(std::string_view xml, std::string_view name, std::size_t& position);
// The parameters of "a=1&b", decoded. ('+' is no blank: S3's clients write %20.)
std::map<std::string, std::string> parse_query(std::string_view query);
// Any escapes decoded; the text as it is where one is wrong.
std::string unescaped(std::string_view text);

}  // namespace larder::testing
