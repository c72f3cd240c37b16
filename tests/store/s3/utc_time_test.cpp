// Points in time as text and back.
#include <catch2/catch.hpp>

#include "store/s3/utc_time.h"

namespace larder::internal::s3 {

namespace {

using namespace std::chrono_literals;

constexpr UtcTime moment = std::chrono::sys_days(std::chrono::February / 29 / 2024) + 3h + 4min + 5s;

}  // namespace

TEST_CASE("times are written as signatures want them") {
  CHECK(amz_date(moment) == "20240229T030405Z");
  CHECK(amz_date(UtcTime()) == "19700101T000000Z");
  CHECK(amz_date(moment + 20h + 55min + 54s) == "20240229T235959Z");
}

TEST_CASE("times of XML and JSON are read") {
  CHECK(parse_iso_time("2024-02-29T03:04:05Z") == moment);
  CHECK(parse_iso_time("2024-02-29T03:04:05.25Z") == moment + 250ms);
  CHECK(parse_iso_time("2024-02-29T03:04:05.123456789Z") == moment + 123456789ns);
  CHECK(parse_iso_time("2024-02-29T03:04:05.1234567891Z") == moment + 123456789ns);
  CHECK(parse_iso_time("2016-12-31T23:59:60Z") == parse_iso_time("2017-01-01T00:00:00Z"));
  CHECK(parse_iso_time("1970-01-01T00:00:00Z") == UtcTime());
  CHECK(parse_iso_time("2261-12-31T23:59:59.999999999Z"));
}

TEST_CASE("texts that are no time of XML and JSON are refused") {
  for (const char* text :
       {"", "2024", "2023-02-29T03:04:05Z", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z",
        "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "2024-01-01T00:00:00",
        "2024-01-01T00:00:00+01:00", "2024-01-01T00:00:00.Z", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00Z ",
        "1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "+024-01-01T00:00:00Z", "2024-1a-01T00:00:00Z"}) {
    INFO(text);
    CHECK(!parse_iso_time(text));
  }
}

TEST_CASE("times of headers are read") {
  CHECK(parse_http_date("Thu, 29 Feb 2024 03:04:05 GMT") == moment);
  for (const char* text :
       {"", "Thu", "Thu, 29 Feb 2024 03:04:05", "Thu, 29 Feb 2024 03:04:05 UTC", "Thu, 30 Feb 2024 03:04:05 GMT",
        "Thu, 29 feb 2024 03:04:05 GMT", "Thu, 29 Feb 9999 03:04:05 GMT", "Thu, 29 Feb 2024 25:04:05 GMT",
        "Thursday, 29-Feb-24 03:04:05 GMT", "Thu Feb 29 03:04:05 2024", "Thu, 29 Feb 2024 03:04:05 GMT, more"}) {
    INFO(text);
    CHECK(!parse_http_date(text));
  }
}

}  // namespace larder::internal::s3
