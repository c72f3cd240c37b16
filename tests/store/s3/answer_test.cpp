// Answers as they arrive, line by line.
#include <catch2/catch.hpp>

#include "store/s3/answer.h"
#include "store/s3/bucket.h"
#include "store/s3/content_range.h"
#include "tests/store/s3/failing.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using namespace internal::s3;

Response answered(const std::vector<std::string>& lines) {
  Answer answer({});
  for (const std::string& line : lines) answer.add_header(line + "\r\n");
  return answer.take();
}

TEST_CASE("status and headers are read") {
  const Response response = answered({"HTTP/1.1 100 Continue", "x-a: 1", "", "HTTP/1.1 206 Partial Content",
                                      "ETag: \"e\"", "X-B:  one ", "x-b:two", "X-Empty:", "x-c: a:b", ""});
  CHECK(response.status == 206);
  CHECK(response.headers == Headers{{"etag", "\"e\""}, {"x-b", "one, two"}, {"x-empty", ""}, {"x-c", "a:b"}});
  CHECK(answered({"HTTP/1.0 404"}).status == 404);
}

TEST_CASE("lines that are no headers are refused") {
  for (const char* line :
       {"HTTP/1.1", "HTTP/1.1 20", "HTTP/1.1 abc OK", "HTTP/1.1 -20 OK", "HTTP/1.1 099 x", "no colon", ": no name"})
    CHECK_ERROR(answered({line}), malformed);
  CHECK_ERROR(answered({std::string("a: b\0c", 6)}), malformed);
  CHECK_ERROR(answered({"a: b\x1b[2J"}), malformed);
}

TEST_CASE("headers and texts have an end") {
  Answer answer({});
  const std::string line = "x-more: " + std::string(4096, 'm') + "\r\n";
  CHECK_ERROR(
      [&] {
        for (;;) answer.add_header(line);
      }(),
      limit);
  Answer text({});
  text.add_header("HTTP/1.1 200 OK");
  const std::string megabyte(1 << 20, 't');
  for (int i = 0; i < 16; ++i) text.add_body(as_bytes(megabyte));
  CHECK_ERROR(text.add_body(as_bytes("1")), limit);
}

TEST_CASE("bytes go where they are asked for, errors into the text") {
  std::string into(4, '?');
  Answer answer(std::as_writable_bytes(std::span(into)));
  answer.add_header("HTTP/1.1 200 OK");
  answer.add_body(as_bytes("ab"));
  answer.add_body(as_bytes("c"));
  CHECK(answer.filled() == 3);
  CHECK_ERROR(answer.add_body(as_bytes("de")), malformed);
  CHECK(into == "abc?");
  Answer refused(std::as_writable_bytes(std::span(into)));
  refused.add_header("HTTP/1.1 500 Oh");
  refused.add_body(as_bytes("longer than four"));
  CHECK(refused.take().body == "longer than four");
}

TEST_CASE("what is known of an object is read, or refused") {
  const Headers headers = {{"content-length", "10"},
                           {"etag", "\"e\""},
                           {"last-modified", "Sun, 22 Nov 2026 18:00:00 GMT"},
                           {"x-amz-checksum-crc32", "AAAAAQ=="},
                           {"x-amz-meta-a", "b"},
                           {"x-amz-meta-c", "=?utf-8?B?w7Y=?="},
                           {"x-amz-meta-d", "=?UTF-8?B?Cg==?="}};
  const auto of = [&](const std::string& name, const std::string& value) {
    Headers changed = headers;
    changed[name] = value;
    return parse_head({.status = 200, .headers = changed});
  };
  const Head head = parse_head({.status = 200, .headers = headers});
  CHECK(head.size == 10);
  CHECK(head.etag == "e");
  CHECK(head.modified.time_since_epoch() == std::chrono::seconds(1795370400));
  CHECK(head.crc32 == 1U);
  CHECK(head.metadata == UserMetadata{{"a", "b"}, {"c", "ö"}, {"d", "=?UTF-8?B?Cg==?="}});
  CHECK(of("content-range", "bytes 0-9/100").size == 100);
  CHECK(of("x-amz-checksum-type", "FULL_OBJECT").crc32 == 1U);
  CHECK_FALSE(of("x-amz-checksum-type", "COMPOSITE").crc32);
  CHECK_FALSE(of("x-amz-checksum-crc32", "AAAAAQ==-2").crc32);
  CHECK_FALSE(of("x-amz-checksum-crc32", "AAAB").crc32);
  CHECK_ERROR(of("content-length", ""), malformed);
  CHECK_ERROR(of("content-length", "-1"), malformed);
  CHECK_ERROR(of("content-length", "18446744073709551616"), malformed);
  CHECK_ERROR(of("etag", "\"\""), malformed);
  CHECK_ERROR(of("last-modified", "yesterday"), malformed);
}

TEST_CASE("ranges of content are read") {
  const auto range = parse_content_range("bytes 5-9/10");
  REQUIRE(range);
  CHECK((range->first == 5 && range->last == 9 && range->total == 10));
  for (const char* none : {"", "bytes", "bytes 5-9/*", "bytes */10", "bytes 5-9", "bytes 9-5/10", "bytes 5-10/10",
                           "bytes 5-9/10 ", "bytes -5-9/10", "5-9/10", "bytes 5-9/18446744073709551616"})
    CHECK_FALSE(parse_content_range(none));
}

}  // namespace
}  // namespace larder::testing
